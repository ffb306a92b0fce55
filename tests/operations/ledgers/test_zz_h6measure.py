"""200k open complaints, 2000 written-off items: how long do the two looks take on SQLite and PostgreSQL."""
import sys, time
sys.path.insert(0, "/work/main")
import pytest
from datetime import timedelta
from sqlalchemy import text
from tests.factories import NOW
from tests.operations.ledgers.test_suggesting import complained, owner, site, written_off
from tests.operations.ledgers.stories import ledger, listed
from models.operations.ledgers import suggesting, similar
from models.operations.publishing import standing

def test_measure(world):
    where = site(world, owner(world)); spare = site(world, owner(world, "乙厂"))
    book = ledger(world)
    item = written_off(world, where, ledger_id=book)
    mine = listed(world, ledger_id=book, problem_no="x", site_id=where, problem_type="黑臭水体（农村）")
    story = complained(world, where)
    pg = world.engine.dialect.name == "postgresql"
    rid = "gen_random_uuid()" if pg else "lower(hex(randomblob(16)))"
    seq = "generate_series(1,200000) n" if pg else "(with recursive s(n) as (select 1 union all select n+1 from s where n<200000) select n from s)"
    with world.engine.begin() as db:
        cols = [r[0] for r in db.execute(text("select column_name from information_schema.columns where table_name='case_file' and table_schema='public'" if pg else "select name from pragma_table_info('case_file')"))]
        def sel(c):
            if c == "id": return rid
            if c == "number": return "'n' || n"
            if c == "site_id": return ("case when n %% 100 = 0 then site_id else cast(:spare as uuid) end" if pg else "case when n % 100 = 0 then site_id else :spare end").replace("%%","%")
            if c == "lon": return "111.3 + (n % 1000) * 0.0003"
            if c == "lat": return "27.2 + (n / 1000) * 0.001"
            return f'"{c}"'
        src = "case_file"
        q = f"insert into case_file ({','.join(chr(34)+c+chr(34) for c in cols)}) select {','.join(sel(c) for c in cols)} from case_file, {seq} where id = :id"
        db.execute(text(q), {"spare": str(spare) if pg else spare.hex, "id": str(story.case_id) if pg else story.case_id.hex})
        db.execute(text("insert into case_category (case_id, category) select id, '水/黑臭水体' from case_file where number like 'n%'"))
        db.execute(text("update case_file set lon=111.41, lat=27.31 where id = :id"), {"id": str(mine) if pg else mine.hex})
    with world.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
        db.execute(text("analyze"))
    for name, run in (("suggest", lambda act: suggesting.page(act, after=None, limit=20)), ("similar", lambda act: similar.similar(act, mine)), ("standing", lambda act: standing.standing(act, mine, None))):
        times = []
        for _ in range(5):
            with world.act("office", now=NOW + timedelta(minutes=5)) as act:
                t = time.perf_counter(); found = run(act); times.append((time.perf_counter() - t) * 1000)
        print(world.engine.dialect.name, name, [round(x, 1) for x in times], len(found) if isinstance(found, list) else found)
