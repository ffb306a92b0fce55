"""Entry point of the API: settings → database, keys, clock → ``create_app`` → uvicorn."""

from __future__ import annotations

import gc
import logging

import structlog
import uvicorn

from api.app import Face, create_app
from api.edge import Edge
from api.work import House
from models import migrate
from models.clock import clock_for
from models.db.engines import open_reader
from models.db.loops import Port, open_port
from models.keyring import load_keys
from models.logs import configure
from models.operations import founding
from models.operations.chains import anchors
from models.settings import Settings
from models.vault import Vault

GRACE_SECONDS = 10


def serve(settings: Settings, *, face: Face, identities_sealed: bool = False) -> None:
    """Serve until told to stop; what has begun is finished."""
    configure(settings.log_level)
    port = open_port(settings.url, pool_size=settings.pool_size)
    application = build(settings, port, face=face, identities_sealed=identities_sealed)
    config = uvicorn.Config(
        application,
        host=settings.host,
        port=settings.port,
        access_log=False,
        log_level=logging.WARNING,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies,
        lifespan="off",
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    structlog.get_logger("api").info("serving", host=settings.host, port=settings.port, face=face)
    server = uvicorn.Server(config)
    server.run()


def build(settings: Settings, port: Port, *, face: Face, identities_sealed: bool = False) -> Edge:
    """The application of an instance, its heads signed before the first answer."""
    vault = Vault(load_keys(settings.keys, identities_sealed=identities_sealed))
    engine = open_reader(settings.url)
    with engine.connect() as db:
        kind = founding.kind_of(db)
        clock = clock_for(sample=kind == "sample", offset_file=settings.clock_offset_file)
        anchors.sign_if_due(db, vault, anchors.path_in(settings.data_dir), clock(), force=True)
    engine.dispose()
    application = create_app(House(port, vault, clock), face=face)
    state = application.state
    state.data_dir = settings.data_dir
    state.schema_head = migrate.head()
    return application
