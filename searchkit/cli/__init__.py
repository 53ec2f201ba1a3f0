"""The command line: parse, call one function of the library, print.

Each command is a module of its own, imported when it is called, so that
``searchkit search`` does not pay for the cleaner.  `main` is the one place where
errors become messages and exit statuses: 0 done, 1 failed, 2 wrong usage,
75 try again later, 130 stopped by Ctrl-C.
"""

from __future__ import annotations

import gc
import importlib
import os
import sys
from pathlib import Path
from typing import Any

import click

from searchkit.cli.terminal import note, out, visible
from searchkit.errors import SearchkitError
from searchkit.version import VERSION

COMMANDS = {
    "add": "keep, clean and index pages and texts",
    "alert": "saved queries: every match told once",
    "batch": "answer a file of queries",
    "check": "verify the archive and the index",
    "clean": "print the cleaned text of one page",
    "evaluate": "measure the ranking on a collection with judgements",
    "crawl": "fetch what is new from the sources",
    "count": "how many passages match, by speaker, month ...",
    "index": "bring the index up to the archive",
    "search": "find passages: who said it, when, where",
    "seeds": "the sources to crawl: show and check them",
    "segment": "show the passages of a text, who said each, and why",
    "show": "print a document or a passage in its place",
    "sites": "lines learnt as the template of a site",
    "status": "what is kept, and how fresh it is",
    "watch": "crawl and index, again and again",
}

EXAMPLES = """\b
Examples:
  searchkit add pages/ --source "Ministry of Foreign Affairs"
  searchkit search 'speaker:hajiyev "peace treaty"'
  searchkit search 'grain corridor' --since 2024-01 --format jsonl
"""


# Objects made before garbage is looked for, and how seldom among older ones.  Loading modules
# makes thousands of objects that stay: Python's own 700 cost a search a twentieth of its time.
_GARBAGE = (20_000, 20, 20)


class Commands(click.Group):
    """The commands by name, each imported on use; a near miss gets a suggestion."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, for the help page."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, from ``searchkit.cli.<name>``; None where there is none."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"searchkit.cli.{cmd_name}")
        return module.command  # type: ignore[no-any-return]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Names and one line each, without importing the commands."""
        with formatter.section("Commands"):
            formatter.write_dl(sorted(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does; an unknown name is answered with the nearest one."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            import difflib

            near = difflib.get_close_matches(args[0], COMMANDS, 1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            names = ", ".join(sorted(COMMANDS))
            ctx.fail(f"no command {visible(args[0])!r}{hint} Commands: {names}")
        return super().resolve_command(ctx, args)


@click.group(
    cls=Commands,
    invoke_without_command=True,
    epilog=EXAMPLES,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option(
    "--index",
    "index_path",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="SEARCHKIT_INDEX",
    default=Path("index"),
    show_default=True,
    help="Directory of the archive and the index; also $SEARCHKIT_INDEX.",
)
@click.version_option(VERSION, "-V", "--version", message="searchkit %(version)s")
@click.pass_context
def cli(ctx: click.Context, index_path: Path) -> None:
    """Search what governments said: who said it, when, where and in which words."""
    ctx.obj = index_path
    if ctx.invoked_subcommand is None:
        from searchkit.cli.welcome import welcome

        out(welcome(index_path))


def main() -> None:
    """Run the command line and leave with its exit status."""
    gc.set_threshold(*_GARBAGE)
    _set_streams()
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command; every error on purpose becomes one message and a status."""
    try:
        status: Any = cli.main(arguments, "searchkit", standalone_mode=False)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader (head, less) has gone; python must not complain at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.Abort:
        note("Stopped")
        return 130
    except KeyboardInterrupt:
        note("Stopped")
        return 130
    except click.ClickException as error:
        note(_usage_message(error))
        return error.exit_code
    except SearchkitError as error:
        note(f"Error: {error}")
        return error.exit_code
    return status if isinstance(status, int) else 0


def _usage_message(error: click.ClickException) -> str:
    message = f"Error: {error.format_message()}"
    if isinstance(error, click.UsageError) and error.ctx is not None:
        message += f"\nTry: {error.ctx.command_path} --help"
    return message


def _set_streams() -> None:
    """UTF-8 wherever output is kept; a console keeps its own encoding, and never fails."""
    for stream in (sys.stdout, sys.stderr):
        encoding = None if stream.isatty() else "utf-8"
        stream.reconfigure(encoding=encoding, errors="backslashreplace")  # type: ignore[union-attr]
