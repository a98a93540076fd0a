"""An engine as a process, in a folder of the test's own."""

from tests.processes import engine, folder  # noqa: F401  fixtures
