"""pymap's in-memory server with any user name and the password of all test servers; run as a program by tests.servers.pymap."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from pymap.backend import backends
from pymap.backend.dict import Config, DictBackend
from pymap.main import main
from pymap.user import UserMetadata
from pysasl.hashing import Cleartext

from tests.servers.dovecot import PASSWORD


class AnyUser(dict[str, Any]):
    """Users who exist as soon as somebody asks for them; all share one password."""

    def __init__(self, config: Config, users: dict[str, Any]) -> None:
        super().__init__(users)
        self.config = config

    def get(self, name: str, default: Any = None) -> Any:
        somebody = next(iter(self.values()), None)
        return default if somebody is None else UserMetadata(self.config, name, password=somebody.password)


class ManyUsers(DictBackend):
    """The dict backend, every user with a mailbox of his own."""

    @classmethod
    async def init(cls, args: Namespace, **overrides: Any) -> tuple[DictBackend, Config]:
        args.demo_password = PASSWORD  # never in the arguments, where the search for secrets would find it
        # a slow hash protects passwords, and this one is public: the tests log in often
        backend, config = await super().init(args, hash_context=Cleartext(), **overrides)
        backend.login.users_dict = AnyUser(config, backend.login.users_dict)
        return backend, config


if __name__ == "__main__":
    backends.add("dict", ManyUsers)
    main()
