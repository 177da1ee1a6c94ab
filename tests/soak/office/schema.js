// A manifest against the schema that Microsoft publishes. Arguments: the schema's name, the file. Prints what is wrong with it.

"use strict";

const fs = require("node:fs");
const path = require("node:path");
const Ajv = require("ajv-draft-04");

const [name, file] = process.argv.slice(2);
const folder = path.dirname(require.resolve("@microsoft/app-manifest/package.json"));
const read = (from) => JSON.parse(fs.readFileSync(from, "utf8"));
const checks = new Ajv({ strict: false, allErrors: true, validateFormats: false, unicodeRegExp: false });
checks.validate(read(`${folder}/build/json-schemas/teams/v1.21/${name}`), read(file));
console.log(JSON.stringify(checks.errors ?? []));
