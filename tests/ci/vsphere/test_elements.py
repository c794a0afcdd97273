"""XML from outside, read without following anything in it."""

from __future__ import annotations

import pytest

from antrea_ci.vsphere.elements import XmlError, read_xml

BOMB = b"""<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;">]><a>&y;</a>"""
OUTSIDE = b"""<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>"""


def test_elements_are_found_without_their_namespaces():
    root = read_xml(b'<s:a xmlns:s="urn:x" xmlns:t="urn:t"><s:b t:type="T">one</s:b><c/><b>two &amp; three</b></s:a>')
    assert root.name == "a"
    assert [element.text for element in root.each("b")] == ["one", "two & three"]
    assert root.first("b").attributes == {"type": "T"}
    assert root.said("c", "d") == ""


@pytest.mark.parametrize("text", [BOMB, OUTSIDE, b"<!DOCTYPE html><a/>"])
def test_a_document_type_is_refused(text: bytes):
    with pytest.raises(XmlError, match="document type"):
        read_xml(text)


@pytest.mark.parametrize("text", [b"", b"{}", b"<a>", b"<a></b>", b"<a/><b/>", b"\xff\xfe"])
def test_what_is_no_xml_is_refused(text: bytes):
    with pytest.raises(XmlError):
        read_xml(text)
