"""Statements: the walk over a whole module."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import libcst as cst

from redlint.errors import SourceSyntaxError
from redlint.model.collect.expressions import ExpressionCollector, Target
from redlint.model.facts import (
    Binding,
    Collection,
    Constant,
    Expression,
    ModuleFacts,
    Parameter,
    Result,
    ScopeFacts,
)
from redlint.model.kinds import BlockKind, ScopeKind, Usage

_MOST_BRACKETS = 200
_NO_BRACKETS = re.compile(r"[^()\[\]{}]+")
_OPENING_RUN = re.compile(rf"[(\[{{]{{{_MOST_BRACKETS}}}")
_ROWS = re.compile(r"\r\n|\r|\n")


@dataclass(slots=True)
class OpenScope:
    """A scope while its body is not walked yet."""

    kind: ScopeKind
    name: str
    qualname: str
    parent: int
    outer_block: int
    start: int
    name_start: int
    block: int = 0
    end: int = 0
    is_async: bool = False
    decorators: tuple[Expression, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    returns: Expression | None = None
    bases: tuple[Expression, ...] = ()
    shared_names: list[str] = field(default_factory=list)
    docstring: bool = False
    metaclass: Expression | None = None

    def facts(self, is_generator: bool) -> ScopeFacts:
        """The finished record."""
        return ScopeFacts(
            kind=self.kind,
            name=self.name,
            qualname=self.qualname,
            parent=self.parent,
            block=self.block,
            outer_block=self.outer_block,
            start=self.start,
            end=self.end,
            name_start=self.name_start,
            is_async=self.is_async,
            is_generator=is_generator,
            decorators=self.decorators,
            parameters=self.parameters,
            returns=self.returns,
            bases=self.bases,
            shared_names=tuple(self.shared_names),
            docstring=self.docstring,
            metaclass=self.metaclass,
        )


class StatementCollector(ExpressionCollector):
    """Walks a module's statements in source order."""

    def __init__(self, text: str, module: cst.Module) -> None:
        super().__init__(text, module)
        self.scopes = [OpenScope(ScopeKind.MODULE, "", "", -1, 0, 0, 0)]
        self.exports: tuple[str, ...] | None = None
        self.before_statements: tuple[int, ...] = ()
        """Places before each statement of the module, behind the last leaf of the one before it."""
        self.before_members: dict[cst.ClassDef, tuple[int, ...]] = {}
        """The same for the classes at the top level."""

    def facts(self) -> ModuleFacts:
        """Walk the module and return everything found."""
        with self.inside(BlockKind.BODY, self.new_statement()):
            self.before_statements = self._watched(self.module.body)
            self.finish()
        self.scopes[0].end = len(self.text)
        out = self.out
        return ModuleFacts(
            scopes=tuple(scope.facts(number in self.generators) for number, scope in enumerate(self.scopes)),
            blocks=tuple(block.facts() for block in out.blocks),
            bindings=tuple(out.bindings),
            stores=tuple(out.stores),
            calls=tuple(out.calls),
            results=tuple(out.results),
            exports=self.exports,
            comments=tuple(self.comments),
            multiline_strings=tuple(out.multiline_strings),
        )

    def body(self, nodes: Sequence[cst.BaseStatement | cst.BaseSmallStatement]) -> None:
        """Walk statements in order."""
        for node in nodes:
            if isinstance(node, cst.SimpleStatementLine):
                for small in node.body:
                    self._small(small)
            elif isinstance(node, cst.BaseSmallStatement):
                self._small(node)
            else:
                self._compound(node)

    def _watched(self, nodes: Sequence[cst.BaseStatement | cst.BaseSmallStatement]) -> tuple[int, ...]:
        """Walk statements in order; the places before each."""
        places: list[int] = []
        for node in nodes:
            places.append(self.position)
            self.body((node,))
        return tuple(places)

    # --- simple statements ----------------------------------------------------------------------------

    def _small(self, node: cst.BaseSmallStatement) -> None:
        if isinstance(node, cst.Expr):
            self._expression_statement(node)
        elif isinstance(node, cst.Assign):
            self._assign(node)
        elif isinstance(node, cst.Return):
            self._return(node)
        elif isinstance(node, cst.AnnAssign):
            self._annotated(node)
        elif isinstance(node, cst.AugAssign):
            self._augmented(node)
        elif isinstance(node, cst.Import):
            self._import(node)
        elif isinstance(node, cst.ImportFrom):
            self._import_from(node)
        elif isinstance(node, cst.Global | cst.Nonlocal):
            self._shared(node)
        elif isinstance(node, cst.Raise):
            self._raise(node)
        elif isinstance(node, cst.Break):
            self._break(node)
        elif isinstance(node, cst.Assert):
            self.expression(node.test, Usage.TESTED, "assert")
            if node.msg is not None:
                self.expression(node.msg)
        elif isinstance(node, cst.Del):
            self.take("del")
            self.bind(self.targets(node.target), "delete", None)
        elif isinstance(node, cst.TypeAlias):
            self._type_alias(node)
        elif isinstance(node, cst.Pass | cst.Continue):
            self.take(type(node).__name__.lower())
        else:
            self.skip_node(node)

    def _expression_statement(self, node: cst.Expr) -> None:
        if isinstance(node.value, cst.SimpleString) and not node.value.lpar:
            self.string_place(node.value)
            return
        self.expression(node.value, Usage.DISCARDED, "")

    def _assign(self, node: cst.Assign) -> None:
        targets: list[Target] = []
        for assigned in node.targets:
            targets += self.targets(assigned.target)
        single = targets[0] if len(targets) == 1 else None
        consumer = (single.name if single.object is None else f".{single.name}") if single is not None else ""
        value = self.expression(node.value, Usage.ASSIGNED, consumer)
        self.bind(targets, "assign", value)
        if self.scope == 0 and single is not None and single.name == "__all__" and single.object is None:
            self.exports = _constant_names(value)

    def _return(self, node: cst.Return) -> None:
        start = self.take("return")
        value = self.expression(node.value, Usage.RETURNED, "") if node.value is not None else None
        self.out.results.append(Result(value, self.scope, self.block, False, start))

    def _annotated(self, node: cst.AnnAssign) -> None:
        targets = self.targets(node.target)
        annotation = self.annotation(node.annotation)
        value = None
        if node.value is not None:
            consumer = targets[0].name if targets and targets[0].object is None else ""
            value = self.expression(node.value, Usage.ASSIGNED, consumer)
        self.bind(targets, "annotated", value, annotation=annotation)

    def _type_alias(self, node: cst.TypeAlias) -> None:
        self.take("type")
        self.take(node.name.value)
        if node.type_parameters is not None:
            self.skip_node(node.type_parameters)
        self.take("=")
        self.bind([Target((), name=node.name.value)], "assign", self.expression(node.value))

    def _augmented(self, node: cst.AugAssign) -> None:
        targets = self.targets(node.target)
        value = self.expression(node.value)
        operator = str(node.operator._get_token())  # type: ignore[attr-defined]
        self.bind(targets, "augmented", value, operator=operator.rstrip("="))

    def _import(self, node: cst.Import) -> None:
        self.take("import")
        for alias in node.names:
            module = self._dotted(alias.name)
            bound = self._as_name(alias.asname)
            top = module.partition(".")[0]
            self._bind_import(bound or top, module if bound else top, "")

    def _import_from(self, node: cst.ImportFrom) -> None:
        self.take("from")
        module = "." * len(node.relative)
        if node.module is not None:
            module += self._dotted(node.module)
        self.take("import")
        if isinstance(node.names, cst.ImportStar):
            self.take("*")
            self._bind_import("*", module, "*")
            return
        for alias in node.names:
            member = self._dotted(alias.name)
            self._bind_import(self._as_name(alias.asname) or member, module, member)

    def _bind_import(self, name: str, module: str, member: str) -> None:
        self.out.bindings.append(
            Binding(name, "import", self.scope, self.block, self.position, module=module, member=member)
        )

    def _dotted(self, node: cst.BaseExpression) -> str:
        if isinstance(node, cst.Attribute):
            base = self._dotted(node.value)
            self.take(node.attr.value)
            return f"{base}.{node.attr.value}"
        if isinstance(node, cst.Name):
            self.take(node.value)
            return node.value
        self.skip_node(node)
        return ""

    def _as_name(self, node: cst.AsName | None) -> str:
        if node is None:
            return ""
        self.take("as")
        targets = self.targets(node.name)
        return targets[0].name if targets else ""

    def _shared(self, node: cst.Global | cst.Nonlocal) -> None:
        self.take(type(node).__name__.lower())
        for item in node.names:
            self.take(item.name.value)
            self.scopes[self.scope].shared_names.append(item.name.value)

    def _raise(self, node: cst.Raise) -> None:
        self.take("raise")
        if node.exc is not None:
            self.expression(node.exc)
        if node.cause is not None:
            self.expression(node.cause.item)

    # --- compound statements --------------------------------------------------------------------------

    def _break(self, node: cst.Break) -> None:
        block = self.out.blocks[self.block]
        while block.kind not in (BlockKind.FOR, BlockKind.WHILE) and block.parent >= 0:
            block = self.out.blocks[block.parent]
        block.breaks = True
        self.take("break")

    def _compound(self, node: cst.BaseStatement) -> None:
        if isinstance(node, cst.If):
            self._if(node)
        elif isinstance(node, cst.FunctionDef):
            self._function(node)
        elif isinstance(node, cst.ClassDef):
            self._class(node)
        elif isinstance(node, cst.For):
            self._for(node)
        elif isinstance(node, cst.While):
            self._while(node)
        elif isinstance(node, cst.With):
            self._with(node)
        elif isinstance(node, cst.Try | cst.TryStar):
            self._try(node)
        elif isinstance(node, cst.Match):
            self._match(node)
        else:
            self.skip_node(node)

    def suite(self, node: cst.BaseSuite) -> None:
        """Walk the body of a compound statement."""
        self.body(node.body)

    def _if(self, node: cst.If) -> None:
        self.take("if")
        links = 0
        current: cst.If | None = node
        while current is not None:
            statement = self.new_statement()
            test = self.expression(current.test, Usage.TESTED, "if")
            with self.inside(BlockKind.IF, statement, test) as block:
                self.suite(current.body)
                self.out.blocks[block].exits = _exits(current.body)
            following = current.orelse
            current = following if isinstance(following, cst.If) else None
            if current is not None:
                self.take("elif")
                self.open_block(BlockKind.ELSE, statement, (test,))
                links += 1
            elif isinstance(following, cst.Else):
                self.take("else")
                with self.inside(BlockKind.ELSE, statement, test):
                    self.suite(following.body)
        for _ in range(links):
            self.close_block()

    def _for(self, node: cst.For) -> None:
        self.take("for")
        statement = self.new_statement()
        targets = self.targets(node.target)
        self.take("in")
        iterable = self.expression(node.iter, Usage.ITERATED, "for")
        with self.inside(BlockKind.FOR, statement, iterable):
            self.bind(targets, "for", iterable, is_async=node.asynchronous is not None)
            self.suite(node.body)
        self._orelse(node.orelse)

    def _orelse(self, node: cst.Else | None) -> None:
        if node is not None:
            self.take("else")
            self.suite(node.body)

    def _while(self, node: cst.While) -> None:
        self.take("while")
        statement = self.new_statement()
        begin = self.position
        with self.inside(BlockKind.WHILE, statement, start=begin) as block:
            test = self.expression(node.test, Usage.TESTED, "while")
            self.out.blocks[block].header = (test,)
            self.suite(node.body)
        self._orelse(node.orelse)

    def _with(self, node: cst.With) -> None:
        self.take("with")
        if isinstance(node.lpar, cst.LeftParen):
            self.take("(")
        statement = self.new_statement()
        items: list[tuple[list[Target], Expression]] = []
        for item in node.items:
            consumer = ""
            if item.asname is not None and isinstance(item.asname.name, cst.Name):
                consumer = item.asname.name.value
            value = self.expression(item.item, Usage.ENTERED, consumer)
            targets: list[Target] = []
            if item.asname is not None:
                self.take("as")
                targets = self.targets(item.asname.name)
            items.append((targets, value))
        if isinstance(node.rpar, cst.RightParen):
            self.take(")")
        is_async = node.asynchronous is not None
        with self.inside(BlockKind.WITH, statement, *(value for _, value in items)):
            for targets, value in items:
                self.bind(targets, "with", value, is_async=is_async)
            self.suite(node.body)

    def _try(self, node: cst.Try | cst.TryStar) -> None:
        self.take("try")
        statement = self.new_statement()
        with self.inside(BlockKind.TRY, statement):
            self.suite(node.body)
        for handler in node.handlers:
            self.take("except")
            header = (self.expression(handler.type),) if handler.type is not None else ()
            with self.inside(BlockKind.EXCEPT, statement, *header):
                if handler.name is not None:
                    self.take("as")
                    self.bind(self.targets(handler.name.name), "except", None)
                self.suite(handler.body)
        self._orelse(node.orelse)
        if node.finalbody is not None:
            self.take("finally")
            with self.inside(BlockKind.FINALLY, statement):
                self.suite(node.finalbody.body)

    def _match(self, node: cst.Match) -> None:
        self.take("match")
        statement = self.new_statement()
        subject = self.expression(node.subject)
        for case in node.cases:
            self.take("case")
            self.skip_node(case.pattern)
            with self.inside(BlockKind.CASE, statement, subject):
                for name in _captures(case.pattern):
                    self.bind([Target((), name=name)], "pattern", None)
                if case.guard is not None:
                    self.expression(case.guard, Usage.TESTED, "if")
                self.suite(case.body)

    # --- definitions ----------------------------------------------------------------------------------

    def _decorators(self, nodes: Sequence[cst.Decorator]) -> tuple[Expression, ...]:
        found: list[Expression] = []
        for node in nodes:
            self.take("@")
            found.append(self.expression(node.decorator, Usage.OTHER, "@"))
        return tuple(found)

    def _open_scope(self, kind: ScopeKind, name: str, start: int, name_start: int) -> OpenScope:
        outer = self.scopes[self.scope]
        qualname = f"{outer.qualname}.{name}" if outer.qualname else name
        scope = OpenScope(kind, name, qualname, self.scope, self.block, start, name_start)
        self.scopes.append(scope)
        return scope

    def _function(self, node: cst.FunctionDef) -> None:
        decorators = self._decorators(node.decorators)
        start = self.take("async") if node.asynchronous is not None else -1
        def_start = self.take("def")
        name_start = self.take(node.name.value)
        scope = self._open_scope(ScopeKind.FUNCTION, node.name.value, def_start if start < 0 else start, name_start)
        number = len(self.scopes) - 1
        scope.is_async = node.asynchronous is not None
        scope.decorators = decorators
        if node.type_parameters is not None:
            self.skip_node(node.type_parameters)
        scope.parameters = tuple(self.parameters(node.params))
        self.take(")")
        scope.returns = self.annotation(node.returns)
        outer, self.scope = self.scope, number
        with self.inside(BlockKind.BODY, self.new_statement()) as block:
            scope.block = block
            scope.docstring = True
            self.suite(node.body)
        self.scope = outer
        scope.end = self.position
        self.out.bindings.append(Binding(node.name.value, "function", outer, self.block, name_start, target=number))

    def _class(self, node: cst.ClassDef) -> None:
        decorators = self._decorators(node.decorators)
        start = self.take("class")
        name_start = self.take(node.name.value)
        scope = self._open_scope(ScopeKind.CLASS, node.name.value, start, name_start)
        number = len(self.scopes) - 1
        scope.decorators = decorators
        if node.type_parameters is not None:
            self.skip_node(node.type_parameters)
        bases: list[Expression] = []
        for argument in (*node.bases, *node.keywords):
            if argument.star:
                self.take(argument.star)
            if argument.keyword is not None:
                self.take(argument.keyword.value)
            value = self.expression(argument.value)
            if argument.keyword is None and not argument.star:
                bases.append(value)
            elif argument.keyword is not None and argument.keyword.value == "metaclass":
                scope.metaclass = value
        scope.bases = tuple(bases)
        outer, self.scope = self.scope, number
        with self.inside(BlockKind.BODY, self.new_statement()) as block:
            scope.block = block
            places = self._watched(node.body.body)
        if outer == 0:
            self.before_members[node] = places
        self.scope = outer
        scope.end = self.position
        self.out.bindings.append(Binding(node.name.value, "class", outer, self.block, name_start, target=number))


def _exits(suite: cst.BaseSuite) -> bool:
    last = suite.body[-1] if suite.body else None
    if isinstance(last, cst.SimpleStatementLine):
        last = last.body[-1]
    return isinstance(last, cst.Return | cst.Raise | cst.Continue | cst.Break)


def _constant_names(value: Expression) -> tuple[str, ...] | None:
    if not isinstance(value, Collection):
        return None
    names = [element.value for element in value.elements if isinstance(element, Constant)]
    return tuple(name for name in names if isinstance(name, str))


def _captures(node: cst.CSTNode) -> list[str]:
    """The names that a match pattern binds."""
    names: list[str] = []
    pending: list[cst.CSTNode] = [node]
    while pending:
        current = pending.pop()
        if isinstance(current, cst.MatchAs | cst.MatchStar) and current.name is not None:
            names.append(current.name.value)
        elif isinstance(current, cst.MatchMapping) and current.rest is not None:
            names.append(current.rest.value)
        pending.extend(current.children)
    return sorted(names)


def parse(text: str) -> cst.Module:
    """The tree of a module's source text. Raises :class:`redlint.errors.SourceSyntaxError` where there is none."""
    check_nesting(text)
    try:
        return cst.parse_module(text)
    except cst.ParserSyntaxError as error:
        raise SourceSyntaxError(error.message, _offset(text, error.raw_line, error.raw_column)) from None
    except cst.CSTValidationError as error:  # ``return* 1``: the parser lets it pass, and the tree refuses it
        raise SourceSyntaxError(str(error), 0) from None


def check_nesting(text: str) -> None:
    """Raise :class:`redlint.errors.SourceSyntaxError` where brackets nest deeper than the parser's stack may bear."""
    if _nests_too_deeply(text):
        raise SourceSyntaxError("too many nested brackets", 0)


def _nests_too_deeply(text: str) -> bool:
    """Whether brackets nest deeper than Python allows (200 levels); the parser's stack may not survive that.

    Brackets inside strings are counted as well: where they are unbalanced, the count ends early.
    """
    brackets = _NO_BRACKETS.sub("", text)
    for _ in range(_MOST_BRACKETS):
        outer = brackets.replace("()", "").replace("[]", "").replace("{}", "")
        if len(outer) == len(brackets):
            return _OPENING_RUN.search(brackets) is not None
        brackets = outer
    return True


def _offset(text: str, row: int, column: int) -> int:
    """The character offset of a 1-based row and 0-based column, kept inside the text."""
    starts = [0, *(match.end() for match in _ROWS.finditer(text))]
    index = min(max(row - 1, 0), len(starts) - 1)
    return min(starts[index] + max(column, 0), len(text))


__all__ = ["StatementCollector", "check_nesting", "parse"]
