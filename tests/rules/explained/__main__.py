"""Writes the explanations anew: read the difference before it is committed."""

from tests.rules.explained.cases import FOLDER, names, told

for name in names():
    (FOLDER / f"{name}.txt").write_text(told(name), encoding="utf-8")
