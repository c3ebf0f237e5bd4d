#!/usr/bin/env python3
"""Writes synthetic support tickets and their one-line summaries.

Every ticket is drawn from a small set of facts (who, company, product, version, error code, topic,
date, severity). The body tells the facts in varied words and order, between noise sentences; the
summary is a fixed layout of the same facts, so there is exactly one right answer.

Names are built from syllables. A word or an error code belongs to the training world or to the
held-out world by a checksum of its letters, so the two worlds share no name, company, product or
code: a model can only be right on held-out tickets by copying from the body.

Run as a program it writes the demo input and the held-out set (see README.md).
"""
import argparse
import datetime
import json
import random
import sys
import zlib
from pathlib import Path

HERE = Path(__file__).resolve().parent
DEFAULT_SEED = 20260314
HELD_OUT_SHARE = 8  # one word in eight is kept out of training

# A name is one first and one last syllable, 192 x 160 of them: "Tolstov", "Bandex", "Kersum".
STARTS = [onset + rime for onset in "BDFGKLMNRSTV"
          for rime in "al an ar as el en er es il in is ol on or ul un".split()]
ENDS = [onset + rime for onset in "b ch d f g h j k l m n p r s st t th v w z".split()
        for rime in "a ak ex ey ix o ov um".split()]
COMPANY_KINDS = "Bank Energy Foods Group Labs Logistics Media Partners Systems Travel".split()
CODE_LETTERS = "ABCDEFHKMPRT"
MONTHS = ("January February March April May June July August September October November December").split()

# topic in the summary -> ways to say it in the body
TOPICS = {
    "login failure": ["nobody can log in", "users cannot log in", "every login is refused", "logging in fails"],
    "slow response": ["every page is very slow", "the pages take minutes to load", "it has become very slow"],
    "data loss": ["some records are gone", "several saved records have vanished", "we are missing records"],
    "crash": ["it crashes at startup", "the program closes by itself", "it crashes several times a day"],
    "billing error": ["the invoice shows a wrong amount", "we were charged twice", "the billing page adds a wrong fee"],
    "sync failure": ["the devices no longer sync", "files do not sync any more", "sync stops halfway"],
    "email delivery": ["no mail goes out", "our emails never arrive", "notification mails are not delivered"],
    "report export": ["the report export stops", "reports cannot be exported", "exporting a report gives an empty file"],
    "update failure": ["the update does not install", "the update rolls back", "installing the update fails"],
    "printing": ["nothing can be printed", "print jobs stay in the queue", "labels come out of the printer blank"],
}
SEVERITIES = {
    "Critical": ["All our work has stopped.", "The whole company is down.", "We cannot operate at all."],
    "High": ["This is urgent for us.", "Many users are affected.", "It blocks an important project."],
    "Medium": ["We have a workaround, but it costs time.", "It slows some of us down.", "Only one team is affected."],
    "Low": ["There is no hurry.", "It is only a small annoyance.", "We can live with it for now."],
}
# Each group of sentences tells the same facts. The sign-off variant of WHO goes last.
WHO_FIRST = [
    "Hello, this is {name} from {company}.",
    "Hi team, {name} at {company} here.",
    "Good morning, my name is {name} and I work for {company}.",
    "Dear support, I am {name} of {company}.",
    "Hello, I write for {company}, my name is {name}.",
]
WHO_LAST = [
    "Regards, {name}, {company}.",
    "Thank you, {name} of {company}.",
    "Best wishes from {name} at {company}.",
    "Please reply to {name} at {company}.",
]
WHAT = [
    "We use {product} {version} and since {date} {problem}.",
    "Since {date} {problem} in {product} {version}.",
    "In {product} {version} {problem} since {date}.",
    "On {date} we moved to {product} {version} and now {problem}.",
    "Our {product} {version} worked until {date}, now {problem}.",
    "It started on {date}: {problem} with {product} {version}.",
]
CODE = [
    "The screen shows {code}.",
    "The log says {code} each time.",
    "We see error {code} in the log.",
    "The message is {code}.",
    "It ends with code {code} every time.",
    "The error is {code}.",
]
NOISE = [
    "We already restarted the server {n} times.",
    "I have attached a screenshot.",
    "About {n} people work in this office.",
    "Another browser did not help.",
    "I looked at the manual but found nothing.",
    "We are a customer for {n} years.",
    "My colleague {other} sees the same.",
    "You can call us between 9 and 17.",
    "The network looks fine to us.",
    "We did not change any setting.",
    "With {old_version} all was fine.",
    "I asked {other} as well.",
    "Our last ticket was number {n}.",
    "Please tell us what you need from us.",
]
OPENERS = ["", "", "Hello.", "Good day.", "Dear support team."]


def is_held_out(word):
    """The one rule that separates the training world from the held-out world."""
    return zlib.crc32(word.encode("ascii")) % HELD_OUT_SHARE == 0


class TicketWriter:
    """Draws tickets from one of the two worlds. Same seed and world: same tickets."""

    def __init__(self, seed, held_out):
        self.rng = random.Random(f"{seed}/{'held-out' if held_out else 'training'}")
        self.held_out = held_out

    def _from_this_world(self, draw):
        while True:
            word = draw()
            if is_held_out(word) == self.held_out:
                return word

    def _words(self, count):
        """Names for one ticket. They begin with different syllables, as names in one letter mostly do."""
        rng = self.rng
        return [self._from_this_world(lambda: start + rng.choice(ENDS)) for start in rng.sample(STARTS, count)]

    def _code(self):
        rng = self.rng
        return self._from_this_world(
            lambda: rng.choice(CODE_LETTERS) + rng.choice(CODE_LETTERS) + f"-{rng.randrange(100, 10000)}")

    def _version(self):
        rng = self.rng
        parts = [rng.randrange(1, 20), rng.randrange(0, 20)]
        if rng.random() < 0.4:
            parts.append(rng.randrange(0, 10))
        return "v" + ".".join(map(str, parts))

    def _facts(self):
        rng = self.rng
        day = datetime.date(2025, 1, 1) + datetime.timedelta(days=rng.randrange(365))
        topic = rng.choice(list(TOPICS))
        first, last, company, product, other = self._words(5)
        return {
            "name": f"{first} {last}",
            "company": f"{company} {rng.choice(COMPANY_KINDS)}",
            "product": product,
            "other": other,
            "version": self._version(),
            "code": self._code(),
            "date": f"{day.day} {MONTHS[day.month - 1]}",
            "day": day,
            "topic": topic,
            "problem": rng.choice(TOPICS[topic]),
            "severity": rng.choice(list(SEVERITIES)),
        }

    def _noise(self, other):
        rng = self.rng
        sentences = rng.sample(NOISE, rng.choice((1, 2, 2, 3, 3, 4)))
        return [s.format(n=rng.randrange(2, 60), other=other, old_version=self._version())
                for s in sentences]

    def _body(self, facts):
        rng = self.rng
        middle = [rng.choice(WHAT).format(**facts), rng.choice(CODE).format(**facts)]
        if rng.random() < 0.2:
            middle.reverse()
        # Severity and noise fall anywhere between the other sentences.
        for sentence in [rng.choice(SEVERITIES[facts["severity"]])] + self._noise(facts["other"]):
            middle.insert(rng.randrange(len(middle) + 1), sentence)
        if rng.random() < 0.65:
            middle.insert(0, rng.choice(WHO_FIRST).format(**facts))
        else:
            middle.insert(0, rng.choice(OPENERS))
            middle.append(rng.choice(WHO_LAST).format(**facts))
        return " ".join(s for s in middle if s)

    def ticket(self, number):
        facts = self._facts()
        created = datetime.datetime.combine(facts["day"], datetime.time()) + datetime.timedelta(
            days=self.rng.randrange(1, 9), minutes=self.rng.randrange(24 * 60))
        return {
            "ticket_id": f"TCK-{number:06d}",
            "customer": facts["company"],
            "created_at": created.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "body": self._body(facts),
            "expected": summarize(facts),
        }


def summarize(facts):
    """The right answer: a fixed layout, every copied fact after a space as it stands in the body."""
    return ("{severity}: {topic} in {product} {version}, error {code}, since {date}, "
            "by {name} of {company}.").format(**facts)


DEMO_ROWS_PER_FILE = 1000
HELD_OUT_ROWS = 1000
TOO_LONG_TICKETS = 24  # bodies joined into one that cannot fit 1,024 tokens

# Deliberate bad rows, by row number counted from 0.
BAD_ROWS_PARQUET = {137: "null", 612: "too long"}
BAD_ROWS_JSONL = {251: "empty", 489: "missing", 777: "too long"}


def spoil(row, kind, writer):
    """Makes a good row into the named kind of bad row."""
    if kind == "missing":
        del row["body"]
    elif kind == "too long":
        row["body"] = " ".join(writer.ticket(0)["body"] for _ in range(TOO_LONG_TICKETS))
    else:
        row["body"] = {"null": None, "empty": ""}[kind]


def demo_rows(writer, spoiler, first_number, bad_rows):
    rows = []
    for i in range(DEMO_ROWS_PER_FILE):
        row = writer.ticket(first_number + i)
        del row["expected"]
        if i in bad_rows:
            spoil(row, bad_rows[i], spoiler)
        rows.append(row)
    return rows


def write_jsonl(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for row in rows:
            file.write(json.dumps(row) + "\n")
    print(f"{path}: {len(rows)} rows")


def main():
    parser = argparse.ArgumentParser(description="Writes the demo input and the held-out tickets.")
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED)
    parser.add_argument("--out", type=Path, default=HERE.parent, help="folder that gets input/ and heldout/")
    parser.add_argument("--parquet-source", type=Path, default=HERE / "build" / "tickets-a.jsonl",
                        help="JSONL of the rows that write_parquet.mjs turns into Parquet")
    args = parser.parse_args()
    held_out = TicketWriter(f"{args.seed}/heldout", held_out=True)
    demo = TicketWriter(f"{args.seed}/demo", held_out=True)
    spoiler = TicketWriter(f"{args.seed}/spoiler", held_out=True)
    write_jsonl(args.parquet_source, demo_rows(demo, spoiler, 100001, BAD_ROWS_PARQUET))
    write_jsonl(args.out / "input" / "tickets-b.jsonl",
                demo_rows(demo, spoiler, 100001 + DEMO_ROWS_PER_FILE, BAD_ROWS_JSONL))
    write_jsonl(args.out / "heldout" / "tickets.jsonl",
                [held_out.ticket(900001 + i) for i in range(HELD_OUT_ROWS)])


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError) as error:
        sys.exit(f"generate_tickets: {error}")
