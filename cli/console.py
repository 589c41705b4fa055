"""`jiedui console`: the pages for people and the API for programs, served until told to stop."""

import click

from cli.context import Context, pass_context, run
from cli.operate import tell_address


@click.command()
@pass_context
def console(context: Context) -> None:
    r"""工作台与接口：网页供人使用，/api/v1 供程序使用。 Pages for people, an API for programs.

    Set JIEDUI_CONSOLE_ADDRESS for another address than 127.0.0.1:8400.

    \b
    Exit status: 0 stopped in order; 2 it could not start.
    """
    from starlette.applications import Starlette

    from accounts.links import Links
    from accounts.store import Accounts
    from api.app import PREFIX, create_api
    from console.app import USUAL_ADDRESS, create_app
    from projections.boards import open_boards
    from publishing.serving import log_app
    from services.demo_accounts import demo_cast
    from services.rating_links import RatingLinks
    from services.seeing import House
    from services.signing_in import Doorkeeper
    from services.single_sign_on import sign_on_of
    from serving.listening import listening_as_set, serve_until_signalled, url_of
    from serving.mounting import mounted

    settings = context.settings
    context.make_home()
    listener = listening_as_set("JIEDUI_CONSOLE_ADDRESS", settings.console_address, USUAL_ADDRESS)
    boards = open_boards(settings.boards_url)
    accounts = Accounts(settings.accounts_url)
    doorkeeper = Doorkeeper(context.books, accounts)
    house = House(
        books=context.books,
        boards=boards,
        doorkeeper=doorkeeper,
        links=RatingLinks(context.books, Links(accounts.engine)),
        settings=settings,
        accounts=accounts,
        sign_on=sign_on_of(settings, context.books, doorkeeper, accounts),
        demo_cast=demo_cast(settings),
    )

    def told() -> None:
        tell_address(settings, f"{url_of(listener)}/")
        click.echo(f"工作台已运行：{url_of(listener)}/ The console is running.", err=True)

    doors = Starlette(
        routes=[
            mounted(PREFIX, create_api(house)),
            mounted("/log", log_app(settings.log_path)),
            mounted("/", create_app(house)),
        ],
    )
    run(lambda: serve_until_signalled(doors, listener, told))
    boards.close()
