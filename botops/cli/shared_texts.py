"""`botops prompts partials` and `adopt`: texts that many prompts include."""

from __future__ import annotations

import json

import click

from botops.cli.context import by_option, json_option, open_container, project_settings, relative


@click.command()
@json_option
def partials(as_json: bool) -> None:
    """Every shared text, its versions, and the prompts in use that include each."""
    from botops.app.container import open_registry
    from botops.registry.sharing import shared_texts

    registry = open_registry(project_settings())
    found = shared_texts(registry)
    for problem in registry.partials().problems:
        click.echo(relative(problem).text(), err=True)
    if as_json:
        rows = [
            {
                "name": text.partial.name,
                "version": text.partial.number,
                "newest": text.newest,
                "owner": text.partial.spec.owner,
                "purpose": text.partial.spec.purpose,
                "checksum": text.partial.checksum,
                "includes": list(text.partial.text.includes),
                "users": list(text.users),
            }
            for text in found
        ]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    if not found and not registry.partials().problems:
        click.echo("no shared texts: write prompts/_partials/NAME/1.yaml", err=True)
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for title in ("text", "included by", "owner", "purpose"):
        table.add_column(title, overflow="fold")
    for text in found:
        ref = f"{text.partial.ref} (newest)" if text.newest else text.partial.ref
        table.add_row(ref, ", ".join(text.users) or "—", text.partial.spec.owner, text.partial.spec.purpose)
    Console().print(table)


@click.command()
@click.argument("text")
@by_option
@json_option
def adopt(text: str, by: str, as_json: bool) -> int:
    """Write drafts that include TEXT (as policy@3) in the place of its older versions.

    Every prompt whose live version includes an older one gets a draft; a draft that exists stays as it is. Exit code 1
    when a prompt could not be moved or its draft has faults.
    """
    from botops.app.releases.releasing import adopt_text

    with open_container(project_settings(), role="side") as container:
        results = adopt_text(container, text, by=by)
    if as_json:
        rows = [
            {
                "prompt": r.prompt,
                "written": r.written,
                "note": r.note,
                "problems": [relative(p).text() for p in r.problems],
            }
            for r in results
        ]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
    else:
        for result in results:
            click.echo(f"{result.prompt}: {result.note}")
            for problem in result.problems:
                click.echo(f"  {relative(problem).text()}")
        if not results:
            click.echo(f"no prompt includes an older version of {text}", err=True)
    return int(any(r.problems or not r.written for r in results))
