"""The one exception that users meet: a clear line instead of a traceback."""


class SpondyloError(Exception):
    """A fault in the input or the environment that the user can mend.

    The message is one line: it names the file or the value and says what to do.
    Command line tools print it and exit with status 2
    (:func:`spondylo_mmpose.utils.cli.run_cli`).
    """
