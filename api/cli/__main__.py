"""``python -m api.cli`` is ``huanxun``."""

from api.cli.main import main

main()
