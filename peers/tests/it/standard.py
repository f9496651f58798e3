"""The standard tests of Airbyte's CDK, as they are, on a program that is no Python."""

import json
import os
import subprocess
import tempfile
from pathlib import Path

from airbyte_cdk.models import AirbyteMessageSerializer, Type
from airbyte_cdk.sources.source import Source
from airbyte_cdk.test.standard_tests import SourceTestSuiteBase

PROGRAM = os.environ["PEERS_SOURCE"]


class Failed(Exception):
    """The program ended with another status than 0."""


def messages(verb, **files):
    """The messages of the program, with what these flags are to name in files."""
    words = [PROGRAM, verb]
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            path = Path(folder, f"{name}.json")
            path.write_text(content if isinstance(content, str) else json.dumps(content))
            words += [f"--{name}", str(path)]
        program = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        for line in program.stdout:
            yield AirbyteMessageSerializer.load(json.loads(line))
        if program.wait() != 0:
            raise Failed(f"{verb} ends with {program.returncode}")


class Shim(Source):
    """Asks the program for everything."""

    @staticmethod
    def only(kind, found):
        """The one message of that kind."""
        [message] = [message for message in found if message.type == kind]
        return message

    def spec(self, logger):
        return self.only(Type.SPEC, messages("spec")).spec

    def check(self, logger, config):
        found = messages("check", config=dict(config))
        return self.only(Type.CONNECTION_STATUS, found).connectionStatus

    def discover(self, logger, config):
        return self.only(Type.CATALOG, messages("discover", config=dict(config))).catalog

    @classmethod
    def read_catalog(cls, catalog_path):
        return Path(catalog_path).read_text()

    @classmethod
    def read_state(cls, state_path):
        return Path(state_path).read_text() if state_path else "[]"

    def read(self, logger, config, catalog, state=None):
        yield from messages("read", config=dict(config), catalog=catalog, state=state or "[]")


class TestSuite(SourceTestSuiteBase):
    """All of them."""

    connector = Shim
