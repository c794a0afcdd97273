"""A group of commands whose modules are loaded only when they are called, so that ``--help`` stays fast."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import ClassVar

import click


class LazyGroup(click.Group):
    """A subclass says in ``modules`` what there is.

    ``modules``: command to its module below antrea_generator.commands, which calls it ``command`` (or as said behind a
    colon), and to the line that ``--help`` shows.
    """

    modules: ClassVar[Mapping[str, tuple[str, str]]] = {}

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.modules:
            return None
        name, _, attribute = self.modules[cmd_name][0].partition(":")
        module = importlib.import_module(f"antrea_generator.commands.{name}")
        command: object = getattr(module, attribute or "command")
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in self.modules.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in self.modules:
            from antrea_ci.suggest import did_you_mean

            raise click.UsageError(f"no such command: {args[0]}{did_you_mean(args[0], self.modules)}", ctx)
        return super().resolve_command(ctx, args)
