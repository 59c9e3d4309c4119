r"""The query language `q` of lists: criteria of a path and a test, read by a grammar (section 3.3).

    status:PENDING resource.siteCode:main              all of them
    status:(PENDING,"DECLINED")                        one of these
    metadata.version:>=2   netValue:(>=10 AND <=20)    numbers, texts, or moments in quotation marks
    comment:null   comment:missing   comment:exists    absence and presence
    requestor.lastName:~Do   comment:~(two words)      regular expressions (`kernel.patterns`)
    compoundLogicalQuery:((e1) OR (e2) AND (e3))       AND binds closer than OR; may be nested

A path that no document has matches only `null` and `missing`. Values are compared as
`approvals.criteria` describes. Some clients send the name of the parameter with the value, `q=q=…`.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, cast

from lark import Lark, Token, Transformer
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from webapp.approvals.criteria import (
    EVERYTHING,
    NOTHING,
    All,
    Between,
    Comparing,
    Criterion,
    Like,
    Literal,
    OneOf,
    Presence,
    Test,
    Where,
)
from webapp.approvals.criteria import Any as AnyOf
from webapp.emporix.paths import presence_at, value_at
from webapp.kernel import patterns
from webapp.kernel.errors import Invalid
from webapp.kernel.sentence import sentence

MAX_LENGTH: Final = 4000
MAX_CRITERIA: Final = 50
MAX_VALUES: Final = 200
MAX_DEPTH: Final = 20
_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")

_QUOTING = "a value with blanks, commas or brackets stands in double quotes"
_ESCAPED = re.compile(r"""\\(["\\])""")
_GRAMMAR = r"""
start: conjunction

?disjunction: alternative ("OR" alternative)*
?alternative: unit ("AND" unit)*
?unit: "(" disjunction ")"
    | conjunction
?conjunction: criterion+
?criterion: KEY test
    | COMPOUND "(" disjunction ")"   -> compound

?test: value                         -> equal
    | bound                          -> between
    | "(" bound ("AND" bound)* ")"   -> between
    | "(" item ("," item)* ")"       -> one_of
    | "~" EXPRESSION                 -> like
    | "~" STRING                     -> like
    | "~" LPAR group RPAR            -> like_group
bound: COMPARING value
group: (PIECE | LPAR group RPAR)*
?value: WORD | STRING
?item: ITEM | STRING

COMPOUND.2: "compoundLogicalQuery:"
KEY.1: /[A-Za-z0-9_][A-Za-z0-9_.-]*:/
COMPARING: /[<>]=?/
STRING: /"([^"\\]|\\.)*"/
WORD: /[^\s()"<>~,][^\s()",]*/
ITEM: /[^\s()"<>~,][^\s()",]*/
EXPRESSION: /([^\s()"\\]|\\\S)([^\s()\\]|\\\S)*/
PIECE: /([^()\[\\]|\\.|\[\^?\]?([^\]\\]|\\.)*\])+/
LPAR: "("
RPAR: ")"
%ignore /\s+/
"""


@dataclass(frozen=True, slots=True)
class _Node:
    """A criterion, how deep it is nested, how many it consists of and how many values are there."""

    criterion: Criterion
    depth: int = 1
    count: int = 1
    size: int = 1


def parse(text: str) -> Criterion:
    """What the query asks for; an empty one asks for nothing in particular.

    Raises `Invalid` (code `query`) that names the position and what to write instead.
    """
    query = text.removeprefix("q=").strip()
    if not query:
        return EVERYTHING
    if len(query) > MAX_LENGTH:
        raise _refusal(f"is longer than {MAX_LENGTH} characters")
    if unreadable := _UNREADABLE.search(query):
        raise _refusal("holds a control character; leave it out", unreadable.start())
    try:
        node = cast(_Node, _parser().parse(query))
    except UnexpectedInput as error:
        raise _refusal(_remedy(error, query), _position(error, query)) from None
    return node.criterion


class _Builder(Transformer[Token, _Node]):
    """Makes criteria while the query is read, so that no depth of brackets is ever walked down."""

    def start(self, children: list[_Node]) -> _Node:
        return children[0]

    def disjunction(self, children: list[_Node]) -> _Node:
        return _joined(AnyOf(tuple(child.criterion for child in children)), children)

    def alternative(self, children: list[_Node]) -> _Node:
        return _joined(All(tuple(child.criterion for child in children)), children)

    conjunction = alternative

    def compound(self, children: tuple[Token, _Node]) -> _Node:
        _, node = children
        return node

    def criterion(self, children: tuple[Token, Test]) -> _Node:
        key, test = children
        size = _size(test)
        return _limited(_Node(_criterion(key[:-1], test), size=size))

    def equal(self, children: list[Token]) -> Test:
        (token,) = children
        if token.type == "WORD" and token in set(Presence):
            return Presence(token)
        return OneOf((_literal(token),))

    def one_of(self, children: list[Token]) -> Test:
        return OneOf(tuple(_literal(token) for token in children))

    def bound(self, children: list[Token]) -> tuple[Comparing, Literal]:
        how, value = children
        return Comparing(how), _literal(value)

    def between(self, children: list[tuple[Comparing, Literal]]) -> Test:
        return Between(tuple(children))

    def like(self, children: list[Token]) -> Test:
        (token,) = children
        if token.type == "STRING":
            return _like(token[1:-1].replace('\\"', '"'), token.start_pos)
        return _like(str(token), token.start_pos)

    def like_group(self, children: list[Any]) -> Test:
        opening, pieces, _ = children
        return _like(pieces, opening.end_pos)

    def group(self, children: list[Any]) -> str:
        return "".join(children)


@cache
def _parser() -> Lark:
    """Made when it is first needed: working out its tables takes a tenth of a second."""
    return Lark(_GRAMMAR, parser="lalr", lexer="contextual", transformer=_Builder())


def _joined(criterion: Criterion, parts: list[_Node]) -> _Node:
    depth = 1 + max(part.depth for part in parts)
    count, size = sum(part.count for part in parts), sum(part.size for part in parts)
    return _limited(_Node(criterion, depth, count, size))


def _limited(node: _Node) -> _Node:
    if node.depth > MAX_DEPTH:
        raise _refusal(f"is nested deeper than {MAX_DEPTH} levels")
    if node.count > MAX_CRITERIA:
        raise _refusal(f"has more than {MAX_CRITERIA} criteria")
    if node.size > MAX_VALUES:
        raise _refusal(f"has more than {MAX_VALUES} values")
    return node


def _criterion(path: str, test: Test) -> Criterion:
    operand = presence_at(path) if isinstance(test, Presence) else value_at(path)
    if operand is not None:
        return Where(operand, test)
    return EVERYTHING if test in (Presence.MISSING, Presence.NULL) else NOTHING


def _size(test: Test) -> int:
    match test:
        case OneOf(values) | Between(values):
            return len(values)
    return 1


def _literal(token: Token) -> Literal:
    if token.type != "STRING":
        return Literal(str(token))
    return Literal(_ESCAPED.sub(r"\1", token[1:-1]), is_quoted=True)


def _like(pattern: str, at: int | None) -> Like:
    try:
        patterns.parse(pattern)
    except patterns.BadPattern as error:
        raise _refusal(f"has a regular expression that cannot be used: {error}", at) from None
    return Like(pattern)


def _position(error: UnexpectedInput, query: str) -> int:
    return len(query) if _is_at_end(error) else cast(int, error.pos_in_stream)


def _remedy(error: UnexpectedInput, query: str) -> str:
    """What is wrong there, and what to write instead."""
    expected: set[str] = set()
    if isinstance(error, UnexpectedToken):
        expected = set(error.expected)
    elif isinstance(error, UnexpectedCharacters):
        expected = set(error.allowed or ())
    if _is_at_end(error) and "RPAR" in expected:
        return "ends before its “)”; every bracket needs one that closes it"
    if "WORD" in expected or "ITEM" in expected or "EXPRESSION" in expected:
        return f"lacks a value; {_QUOTING}"
    if "KEY" in expected or _is_at_end(error):
        return f"lacks a field and a colon, as in status:PENDING; {_QUOTING}"
    return f"has something unexpected: {query[_position(error, query) :][:20]}"


def _is_at_end(error: UnexpectedInput) -> bool:
    return isinstance(error, UnexpectedToken) and error.token.type == "$END"


def _refusal(problem: str, at: int | None = None) -> Invalid:
    where = "" if at is None else f" (at character {at + 1})"
    why = sentence("{problem}{where}", problem=problem, where=where)
    message = sentence("The query {why}.", why=why.plain().rstrip("."))
    return Invalid(message, code="query", fields={"q": why})
