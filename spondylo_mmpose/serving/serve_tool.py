"""The command line of ``tools/serve.py``."""

import argparse
import logging
import signal
from types import FrameType
from typing import TYPE_CHECKING

from spondylo_mmpose.apis.named_models import known_models
from spondylo_mmpose.apis.predict_tool import (
    add_film_options,
    add_model_options,
    add_run_options,
    build_inferencer,
    report_options,
)
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.film_report.spine_report import ReportOptions
from spondylo_mmpose.serving.security import Guard, is_local
from spondylo_mmpose.serving.store import Store
from spondylo_mmpose.utils.folder_lock import alone_in
from spondylo_mmpose.utils.io import make_folder
from spondylo_mmpose.utils.text import counted

if TYPE_CHECKING:
    from waitress.server import BaseWSGIServer

    from spondylo_mmpose.serving.worker import Worker

_THREADS = 8


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the tool."""
    parser.add_argument(
        'folder',
        nargs='?',
        metavar='DIR',
        help='folder of tools/predict.py or of an earlier server, or a new one',
    )
    parser.add_argument('--out', metavar='DIR', help='the same')
    add_model_options(parser)
    add_film_options(parser)
    add_run_options(parser.add_argument_group('the run'))
    net = parser.add_argument_group('the address')
    net.add_argument(
        '--host',
        default='127.0.0.1',
        help='listen on this address; %(default)s, this machine alone, by default',
    )
    net.add_argument('--port', type=int, default=8765, help='default %(default)s')
    net.add_argument(
        '--allowed-host',
        action='append',
        default=[],
        metavar='NAME',
        help='a name by which browsers may call the server; may be given several times',
    )
    net.add_argument(
        '--max-upload',
        type=int,
        default=256,
        metavar='MIB',
        help='largest film, default %(default)s MiB',
    )


def serve(args: argparse.Namespace) -> int:
    """Serve a folder until somebody ends it.

    Args:
        args: Parsed options.

    Returns:
        0.

    Raises:
        SpondyloError: If the command makes no sense, the folder is another one or
            another program writes there, a file of the model is no such thing, or the
            address is taken.
    """
    folder = args.folder or args.out
    if not folder or (args.folder and args.out):
        raise SpondyloError('name one folder: spondylo serve DIR')
    if args.max_upload < 1 or not 0 <= args.port < 65536:
        raise SpondyloError('--max-upload and --port: must be positive, ports to 65535')
    options = report_options(args)
    # Logs name no film: neither its name nor the address with its id.
    logging.getLogger('waitress').setLevel(logging.ERROR)
    make_folder(folder, 'DIR')
    with alone_in(folder):
        return _serve(args, Store(folder), options)


def _serve(args: argparse.Namespace, store: Store, options: ReportOptions) -> int:
    server, worker = None, None
    try:
        reporter = build_inferencer(args) if _names_model(args) else None
        if reporter is not None:
            from spondylo_mmpose.serving.worker import Worker

            worker = Worker(store, reporter, options)
        model = reporter.model.facts.name if reporter else None
        server = _listen(args, store, worker, model)
        _greet(args, server, store, model)
        _run(server)
    finally:
        if server is not None:
            server.close()
        if worker is not None and not worker.stop():
            print('the film at hand was left; it is measured at the next start')
    reviewed = sum(one.reviewed is not None for one in store.entries())
    print(f'ended; {counted(reviewed, "film")} reviewed in {store.folder}')
    return 0


def _names_model(args: argparse.Namespace) -> bool:
    return bool(args.model or args.config or args.checkpoint or known_models())


def _listen(
    args: argparse.Namespace,
    store: Store,
    worker: 'Worker | None',
    model: str | None,
) -> 'BaseWSGIServer':
    try:
        from waitress.server import create_server

        from spondylo_mmpose.serving.app import MIB, create_app
    except ImportError as error:
        raise SpondyloError(
            f'{error.name}: is not installed; pip install "spondylo_mmpose[serve]"'
        ) from error
    guard = Guard.for_host(args.host, args.allowed_host)
    largest = args.max_upload * MIB
    app = create_app(store, guard, worker, model, largest)
    try:
        return create_server(
            app,
            host=args.host,
            port=args.port,
            threads=_THREADS,
            max_request_body_size=largest + MIB,
            ident=None,
        )
    except (OSError, ValueError) as error:
        reason = getattr(error, 'strerror', None) or error
        raise SpondyloError(
            f'{args.host}:{args.port}: cannot listen there ({reason}); choose another '
            '--port or --host'
        ) from error


def _greet(
    args: argparse.Namespace, server: 'BaseWSGIServer', store: Store, model: str | None
) -> None:
    if not is_local(args.host):
        print(
            f'WARNING: {args.host} can be reached from other machines. Whoever reaches '
            'it sees and changes all films: there is no password and no encryption.'
        )
    if model is None:
        print('no model named: films that are here can be reviewed, none be added')
    host = f'[{args.host}]' if ':' in args.host else args.host
    # Names may stand for several addresses, each with a socket of its own.
    listening = getattr(server, 'effective_listen', None)
    port = listening[0][1] if listening else server.effective_port
    print(f'{counted(len(store.entries()), "film")} in {store.folder}')
    print(f'http://{host}:{port}/   (Ctrl-C ends)', flush=True)


def _run(server: 'BaseWSGIServer') -> None:
    """Answer until Ctrl-C or SIGTERM."""

    def end(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, end)
    try:
        server.run()
    except KeyboardInterrupt:
        pass
    finally:
        signal.signal(signal.SIGTERM, before)
