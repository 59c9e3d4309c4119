"""The structure of a document for screen readers: headings, paragraphs, tables with their cells.

The library knows a flat list of such parts, made for pictures. Here they nest, and each part
knows which marks on which page are its own.
"""

from typing import Any

from fpdf.structure_tree import StructElem, StructureTreeBuilder
from fpdf.syntax import PDFArray

from webapp.paper.marks import Tag


class _Parts(PDFArray):
    """Every part of the document; written are only those that stand at the top."""

    def serialize(self, *args: Any, **named: Any) -> str:
        top = PDFArray(part for part in self if part._is_top)
        return top.serialize(*args, **named)


class _Part(StructElem):
    """A part with its attributes; `a` is how PDF calls them."""

    def __init__(self, kind: str, parent: Any, kids: list[Any], page: int) -> None:
        super().__init__(f"/{kind}", parent, kids, page)
        self.a = "<</O /Table /Scope /Column>>" if kind == "TH" else None
        self._is_top = not isinstance(parent, _Part)


class Structure(StructureTreeBuilder):
    """The tree of one document, grown while its marks are drawn."""

    def __init__(self) -> None:
        super().__init__()
        self.doc_struct_elem.k = _Parts()
        self._groups: dict[Tag, _Part] = {}

    def claim(self, tag: Tag, page: int) -> int:
        """The number under which the next marks of this page belong to the tag."""
        own = self.spid_per_page_number.setdefault(page, len(self.spid_per_page_number))
        claimed = self.struct_tree_root.parent_tree.nums[own]
        number = len(claimed)
        claimed.append(self._part(tag, [number], page))
        return number

    def _part(self, tag: Tag, kids: list[Any], page: int) -> _Part:
        parent = self._group(tag.parent, page) if tag.parent else self.doc_struct_elem
        part = _Part(tag.kind, parent, kids, page)
        if isinstance(parent, _Part):
            parent.k.append(part)
        self.doc_struct_elem.k.append(part)
        return part

    def _group(self, tag: Tag, page: int) -> _Part:
        if tag not in self._groups:
            self._groups[tag] = self._part(tag, [], page)
        return self._groups[tag]
