"""The served part of the vendor's schema, and its refusal of documents that do not fit it."""

from functools import lru_cache
from importlib.resources import files
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLSyntaxError,
    build_schema,
    parse,
    specified_rules,
    validate,
)
from graphql.validation import FieldsOnCorrectTypeRule, KnownArgumentNamesRule, ValidationRule

API_VERSION = "2026-10"

DOCUMENTS_KEPT = 256

SCHEMA = build_schema(
    files("trueup_simulators.shopify").joinpath("schema.graphql").read_text(encoding="utf-8")
)


class UndefinedFieldRule(ValidationRule):
    """Says of an unknown field what the vendor says, with its code."""

    def enter_field(self, node: FieldNode, *_args: Any) -> None:
        """Check one field against its parent type."""
        parent = self.context.get_parent_type()
        if parent is None or self.context.get_field_def() is not None:
            return
        name = node.name.value
        codes = {"code": "undefinedField", "typeName": parent.name, "fieldName": name}
        message = f"Field '{name}' doesn't exist on type '{parent.name}'"
        self.report_error(GraphQLError(message, node, extensions=codes))


class UnknownArgumentRule(ValidationRule):
    """Says of an unknown argument what the vendor says, with its code."""

    def enter_argument(self, node: Any, _key: Any, _parent: Any, _path: Any, above: Any) -> None:
        """Check one argument of a field."""
        field = self.context.get_field_def()
        if field is None or self.context.get_argument() is not None:
            return
        owner, name = above[-1].name.value, node.name.value
        codes = {
            "code": "argumentNotAccepted",
            "name": owner,
            "typeName": "Field",
            "argumentName": name,
        }
        message = f"Field '{owner}' doesn't accept argument '{name}'"
        self.report_error(GraphQLError(message, node, extensions=codes))


_RULES = [
    *(r for r in specified_rules if r not in (FieldsOnCorrectTypeRule, KnownArgumentNamesRule)),
    UndefinedFieldRule,
    UnknownArgumentRule,
]


@lru_cache(maxsize=DOCUMENTS_KEPT)
def checked_document(text: str) -> DocumentNode | tuple[GraphQLError, ...]:
    """The parsed document, or why it is refused."""
    try:
        document = parse(text)
    except GraphQLSyntaxError as error:
        return (error,)
    errors = validate(SCHEMA, document, _RULES)
    return tuple(errors) if errors else document
