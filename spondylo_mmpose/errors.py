"""The one exception that users meet: a clear line instead of a traceback."""


class SpondyloError(Exception):
    """A fault in the input or the environment that the user can mend.

    The message is one line: it names the file or the value and says what to do.
    Command line tools print it and exit with status 2
    (:func:`spondylo_mmpose.utils.cli.run_cli`).
    """


def one_line(error: BaseException) -> str:
    """Kind and first line of an error's text."""
    text = str(error.args[0]) if isinstance(error, KeyError) else str(error)
    first = next(iter(text.strip().splitlines()), '')
    return f'{type(error).__name__}: {first}' if first else type(error).__name__
