"""Writes what croniter answers to 12,000 random cron expressions, in random zones and at random instants.

    python3 -m venv venv && venv/bin/pip install -r test/schedule/croniter/requirements.txt
    venv/bin/python test/schedule/croniter/answers.py [SEED]   # answers.txt.gz; the one that is kept has no SEED given
    sh build/node test/schedule/croniter.test.ts               # compares them with ours

One row: zone, expression, instant (seconds since 1970), croniter's answer (seconds after that). Where the rule of our
calendar differs from croniter's, also the name of the difference and the answer by our rule. That one is worked out here
too, without our program: croniter lists the local times, and Python's zoneinfo says when clocks show them.
"""

import gzip
import random
import re
import sys
import zoneinfo
from datetime import datetime, timedelta, timezone
from pathlib import Path

from croniter import croniter

# The pinned tzdata, not what this machine happens to have.
zoneinfo.reset_tzpath(to=[])

ZONES = """Europe/Berlin America/New_York Australia/Lord_Howe UTC Asia/Kolkata America/Sao_Paulo Africa/Casablanca
Pacific/Apia America/Havana Atlantic/Azores Asia/Kathmandu Antarctica/Troll Pacific/Chatham America/St_Johns
Africa/Cairo""".split()
FIRST_YEAR, LAST_YEAR = 2000, 2037
MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
WEEKDAYS = "sun mon tue wed thu fri sat".split()


def random_item(rng, low, high):
    kind = rng.random()
    first, last = sorted((rng.randint(low, high), rng.randint(low, high)))
    if kind < 0.6:
        return str(first)
    if kind < 0.8 and first < last:
        return f"{first}-{last}"
    if kind < 0.9 and first < last:
        return f"{first}-{last}/{rng.randint(1, max(1, (last - first) // 2))}"
    return f"{first}/{rng.randint(1, high)}"


def values_of(item, high):
    span, _, step = item.partition("/")
    first, _, last = span.partition("-")
    if high == 6:
        # Sunday is 0 and 7.
        end = int(last) if last else 7 if step else int(first)
        return {value % 7 for value in range(int(first), end + 1, int(step or 1))}
    end = int(last) if last else high if step else int(first)
    return set(range(int(first), end + 1, int(step or 1)))


def random_field(rng, low, high, star, names=None):
    kind = rng.random()
    if kind < star:
        return "*"
    if kind < star + 0.12:
        return f"*/{rng.randint(1, max(2, (high - low) // 2))}"
    if names and kind < star + 0.25:
        return rng.choice(names)
    items, seen = [], set()
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        item = random_item(rng, low, high)
        # A value that stands in a field twice is refused by our program.
        if not seen & values_of(item, high):
            seen |= values_of(item, high)
            items.append(item)
    return ",".join(items)


def random_expression(rng):
    """In our writing; see `for_croniter`."""
    minute = random_field(rng, 0, 59, 0.15)
    hour = rng.choice(("*", "*", "*/2", "0-23", str(rng.randint(0, 3)), str(rng.randint(0, 3)), random_field(rng, 0, 23, 0.0)))
    day = random_field(rng, 1, 31, 0.65)
    if rng.random() < 0.06:
        day = rng.choice(("L", "15,L", "29", "30", "31"))
    month = random_field(rng, 1, 12, 0.7, MONTHS)
    weekday = random_field(rng, 0, 6, 0.65, WEEKDAYS)
    if rng.random() < 0.1:
        weekday = f"{rng.randint(0, 6)}{rng.choice(('#1', '#2', '#3', '#4', '#5', 'L'))}"
    elif rng.random() < 0.05:
        weekday = rng.choice(("1-5", "5-7", "7", "0-7", "mon-fri", "sat,sun"))
    second = "" if rng.random() < 0.85 else random_field(rng, 0, 59, 0.02) + " "
    return f"{second}{minute} {hour} {day} {month} {weekday}"


def for_croniter(expression):
    """It writes the last Friday of a month L5, where we, as cron-parser, write 5L."""
    *others, weekday = expression.split()
    return " ".join([*others, f"L{weekday[0]}" if weekday[1:] == "L" else weekday])


def transitions(zone):
    found = []
    at = datetime(FIRST_YEAR, 1, 1, tzinfo=timezone.utc)
    while at.year <= LAST_YEAR:
        later = at + timedelta(days=5)
        if at.astimezone(zone).utcoffset() != later.astimezone(zone).utcoffset():
            old, new = int(at.timestamp()), int(later.timestamp())
            before = at.astimezone(zone).utcoffset()
            while new - old > 1:
                middle = (old + new) // 2
                if datetime.fromtimestamp(middle, zone).utcoffset() == before:
                    old = middle
                else:
                    new = middle
            found.append(new)
        at = later
    return found


def random_instant(rng, changes):
    kind = rng.random()
    year = rng.randint(FIRST_YEAR, LAST_YEAR)
    if kind < 0.55 and changes:
        return rng.choice(changes) + rng.choice((0, -1, 1, rng.randint(-7200, 7200), rng.randint(-100_000, 100_000)))
    if kind < 0.7:
        return int(datetime(rng.choice((2000, 2004, 2024, 2028, 2036, 2027)), 2, 28, tzinfo=timezone.utc).timestamp()) + rng.randint(-86_400, 172_800)
    if kind < 0.8:
        return int(datetime(year, 12, 31, 23, tzinfo=timezone.utc).timestamp()) + rng.randint(-50_000, 50_000)
    return rng.randint(int(datetime(FIRST_YEAR, 1, 1, tzinfo=timezone.utc).timestamp()), int(datetime(LAST_YEAR, 12, 31, tzinfo=timezone.utc).timestamp()))


def as_we_read_it(expression):
    """Steps of weekdays go on to 7, which is Sunday again; a field of days that names each of them is a *."""
    *times, day, month, weekday = expression.split()
    weekday = ",".join(re.sub(r"^(\d)/", r"\1-7/", item) for item in weekday.split(","))
    last = DAYS[int(month) - 1] if month.isdigit() else DAYS[MONTHS.index(month)] if month in MONTHS else 31
    if names_all(day, 1, last):
        day = "*"
    if names_all(weekday, 0, 6):
        weekday = "*"
    return " ".join([*times, day, month, weekday])


def names_all(field, low, high):
    items = field.replace("*/", f"{low}-{high}/").split(",")
    if any(not re.fullmatch(r"\d+(-\d+)?(/\d+)?", item) for item in items):
        return False
    return set().union(*(values_of(item, high) for item in items)) >= set(range(low, high + 1))


def local_times(expression, start):
    """Naive local times after `start`, in order. Where both kinds of day are given, one of them is enough, always."""
    expression = as_we_read_it(expression)
    fields = expression.split()
    day, weekday = fields[-3], fields[-1]
    is_nth = "#" in weekday or weekday.endswith("L")
    if not (is_nth and day not in ("*", "*/1")):
        yield from naive(expression, start)
        return
    sides = [naive(" ".join([*fields[:-1], "*"]), start), naive(" ".join([*fields[:-3], "*", fields[-2], weekday]), start)]
    heads = [next(side, None) for side in sides]
    while any(heads):
        first = min(head for head in heads if head)
        yield first
        heads = [next(side, None) if head == first else head for head, side in zip(heads, sides)]


def naive(expression, start):
    try:
        each = croniter(for_croniter(expression), start, datetime, second_at_beginning=True, max_years_between_matches=45)
        yield from each.all_next(datetime)
    except ValueError:
        return


def instants_of(local, zone, is_each_hour):
    """When clocks show it. Skipped: when they are put forward, for what is no interval. Twice: both, for an interval."""
    passes = [local.replace(tzinfo=zone, fold=fold) for fold in (0, 1)]
    seconds = [int(each.timestamp()) for each in passes]
    exists = datetime.fromtimestamp(seconds[0], zone).replace(tzinfo=None) == local
    if exists:
        return sorted(set(seconds)) if is_each_hour else seconds[:1]
    if is_each_hour:
        return []
    # In a gap the two readings lie on either side of it.
    old, new = sorted(seconds)[0], sorted(seconds)[1]
    before = datetime.fromtimestamp(old, zone).utcoffset()
    while new - old > 1:
        middle = (old + new) // 2
        if datetime.fromtimestamp(middle, zone).utcoffset() == before:
            old = middle
        else:
            new = middle
    return [new]


def by_rule(expression, zone, after):
    hour = expression.split()[-4]
    is_each_hour = hour in ("*", "*/1", "0-23")
    start = datetime.fromtimestamp(after, zone).replace(tzinfo=None) - timedelta(hours=4)
    best = None
    until = None
    for local in local_times(expression, start):
        if until is not None and local > until:
            break
        for instant in instants_of(local, zone, is_each_hour):
            if instant > after and (best is None or instant < best):
                best = instant
                until = until or local + timedelta(hours=4)
    return best


def by_croniter(expression, zone, after):
    start = datetime.fromtimestamp(after, zone)
    each = croniter(for_croniter(expression), start, datetime, second_at_beginning=True, max_years_between_matches=45)
    try:
        return int(each.get_next(datetime).timestamp())
    except ValueError:
        return None


def difference(expression, zone, theirs, ours):
    fields = expression.split()
    if ("#" in fields[-1] or fields[-1].endswith("L")) and fields[-3] != "*":
        return "nth"
    if as_we_read_it(expression) != expression:
        return "days"
    shown = datetime.fromtimestamp(theirs, zone)
    if shown.fold == 1 and theirs < ours:
        return "fold"
    if theirs - ours < 60 and len(fields) == 6:
        return "gap-second"
    return "other"


def rows(seed, count):
    rng = random.Random(seed)
    zones = {name: zoneinfo.ZoneInfo(name) for name in ZONES}
    changes = {name: transitions(zone) for name, zone in zones.items()}
    made = 0
    while made < count:
        # The first three have the bulk of what can go wrong.
        name = rng.choice(ZONES[:3]) if rng.random() < 0.4 else rng.choice(ZONES)
        zone = zones[name]
        expression = random_expression(rng)
        after = random_instant(rng, changes[name])
        ours = by_rule(expression, zone, after)
        if ours is None:
            continue
        theirs = by_croniter(expression, zone, after)
        made += 1
        row = [name, expression, after, "never" if theirs is None else theirs - after]
        yield row if theirs == ours else [*row, difference(expression, zone, theirs, ours), ours - after]


def main():
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    text = "".join("\t".join(map(str, row)) + "\n" for row in rows(seed, 12_000))
    Path(__file__).with_name("answers.txt.gz").write_bytes(gzip.compress(text.encode(), 9, mtime=0))


main()
