"""Files that are made in the queue: asked for, watched, fetched and taken back."""

import logging
from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.fields import DayField, IdField, StrictSerializer
from accounts.api.files import AsDocx, AsXlsx, as_a_file
from accounts.api.serializers import ErrorSerializer, PersonSerializer
from accounts.api.views import Resource, rows_named
from plans.models import Plan
from tasks.annual_document import Signature
from tasks.api.filters import PaperFilters
from tasks.api.paper_kinds import require_filters
from tasks.bulletin_document import HIGHEST_NUMBER, LONGEST, Imprint
from tasks.files.names import suffix_of
from tasks.groupings import GROUPINGS
from tasks.ledger_sheet import SIZES
from tasks.models import Paper
from tasks.official_words import document_number, require_plain
from tasks.papers import ask_for_paper, open_paper, take_back

logger = logging.getLogger(__name__)

#: What a kind knows beside the filters, and the first word that it may be, where nobody asks;
#: none where somebody has to.
WORDS: dict[str, tuple[str, str | None]] = {
    Paper.Kind.COMPLETION: ("by", GROUPINGS[0]),
    Paper.Kind.LEDGER: ("size", next(iter(SIZES))),
    Paper.Kind.BULLETIN: ("bulletin", None),
    Paper.Kind.ANNUAL_REPORT: ("annual_report", None),
}
#: What the words of a document are kept as; it is of the whole plan, without filters.
DOCUMENTS: dict[str, Any] = {"bulletin": Imprint, "annual_report": Signature}
#: By the ending of its name.
FORMATS = {of.format: of for of in (AsXlsx, AsDocx)}
UNDER_WAY = OpenApiResponse(
    ErrorSerializer,
    description=gettext_lazy("Another paper is under way: details.paper says which."),
)
NOT_MADE = OpenApiResponse(ErrorSerializer, description=gettext_lazy("There is no file yet."))


class ImprintSerializer(StrictSerializer):
    """What only the office knows of its bulletin: its number (期号), who signs it and which day
    stands under it. `period` are its words for what is told of, as 前三季度. Without a `red_head`
    there is none, for paper that has one printed on it."""

    example = {"number": 3, "unit": "依法治县办", "dated": "2026-10-08", "period": "前三季度"}

    number = serializers.IntegerField(min_value=1, max_value=HIGHEST_NUMBER)
    unit = serializers.CharField(max_length=LONGEST, validators=[require_plain])
    dated = DayField()
    period = serializers.CharField(
        max_length=LONGEST, validators=[require_plain], required=False, allow_blank=True
    )
    red_head = serializers.CharField(
        max_length=LONGEST, validators=[require_plain], required=False, allow_blank=True
    )
    document_number = serializers.CharField(
        max_length=LONGEST, validators=[require_plain], required=False, allow_blank=True
    )

    def validate_document_number(self, text: str) -> str:
        return document_number(text) if text else ""


class SignatureSerializer(StrictSerializer):
    """Who signs the annual report, and which day stands under it."""

    example = {"unit": "县人民政府", "dated": "2027-03-01"}

    unit = serializers.CharField(max_length=LONGEST, validators=[require_plain])
    dated = DayField()


class AskedSerializer(serializers.Serializer[Any]):
    """What the paper was asked to tell."""

    by = serializers.ChoiceField(GROUPINGS, required=False)
    size = serializers.ChoiceField(list(SIZES), required=False)
    bulletin = ImprintSerializer(required=False)
    annual_report = SignatureSerializer(required=False)
    filters = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))


class PaperSerializer(serializers.ModelSerializer[Paper]):
    """A file for the caller. ``done`` of ``total`` rows are written, 0 until they are counted;
    ``why`` says in a sentence what ``fault`` means."""

    plan = serializers.IntegerField(source="plan_id", read_only=True)
    asked = AskedSerializer(read_only=True)
    asked_by = PersonSerializer(read_only=True)
    why = serializers.CharField(source="get_fault_display", read_only=True)

    class Meta:
        model = Paper
        fields = [
            "id",
            "kind",
            "plan",
            "asked",
            "as_of",
            "asked_by",
            "asked_at",
            "state",
            "done",
            "total",
            "fault",
            "why",
            "name",
            "size",
            "sha256",
            "made_at",
            "kept_until",
        ]


class NewPaperSerializer(StrictSerializer):
    """``by`` is for the completion report, ``size`` for the ledger; ``filters`` are those of the
    list of shares, each with its values. The bulletin needs ``bulletin``, the annual report
    ``annual_report``; both are of the whole plan, without filters."""

    example = {"kind": "ledger", "plan": 1, "as_of": "2026-06-30", "filters": {"role": ["lead"]}}

    kind = serializers.ChoiceField(Paper.Kind.choices)
    plan = IdField()
    by = serializers.ChoiceField(GROUPINGS, required=False)
    size = serializers.ChoiceField(list(SIZES), required=False)
    bulletin = ImprintSerializer(required=False)
    annual_report = SignatureSerializer(required=False)
    as_of = DayField(required=False)
    filters = serializers.DictField(
        child=serializers.ListField(
            child=serializers.CharField(max_length=1000), allow_empty=False, max_length=200
        ),
        required=False,
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        own, first = WORDS[attrs["kind"]]
        others = {name for name, _default in WORDS.values()} - {own}
        if own in DOCUMENTS:
            others |= {"filters"}
        if beside := sorted(others & attrs.keys()):
            text = _("This kind of paper knows nothing of it.")
            raise ValidationError({name: [ErrorDetail(text, code="other")] for name in beside})
        if first is None and own not in attrs:
            text = _("This kind of paper needs it.")
            raise ValidationError({own: [ErrorDetail(text, code="required")]})
        return attrs


class PaperViewSet(ListModelMixin, RetrieveModelMixin, Resource):
    """The caller's own papers: what is being made for them, and what was made of late."""

    queryset = Paper.objects.none()
    serializer_class = PaperSerializer
    filterset_class = PaperFilters
    heavy = frozenset({"create"})

    def get_queryset(self) -> QuerySet[Paper]:
        papers = Paper.objects.visible_to(self.user, self.on)
        return papers.select_related("asked_by").order_by("-asked_at", "-id")

    @extend_schema(request=NewPaperSerializer, responses={201: PaperSerializer, 409: UNDER_WAY})
    def create(self, request: Request) -> Response:
        """Puts a paper into the queue; one at a time for each person.

        It is made with the rights that the caller has when its turn comes. Ask for it again until
        its `state` is `made` or `failed`; then fetch its `file`.
        """
        body = self.words(NewPaperSerializer)
        plans = Plan.objects.visible_to(self.user, self.on)
        [plan] = rows_named("plan", [body["plan"]], plans).values()
        as_of = body.get("as_of", self.on)
        if as_of > self.on:
            text = _("That day is not over yet; there are no figures of it.")
            raise ValidationError({"as_of": [ErrorDetail(text, code="future")]})
        filters = body.get("filters", {})
        require_filters(filters, user=self.user, on=self.on, as_of=as_of)
        name, first = WORDS[body["kind"]]
        word = body.get(name, first)
        if name in DOCUMENTS:
            word = DOCUMENTS[name](**word).kept()
        asked = {name: word, "filters": filters}
        paper = ask_for_paper(
            body["kind"], plan, as_of=as_of, asked=asked, actor=self.user, at=self.at
        )
        return Response(PaperSerializer(paper).data, status=201)

    @extend_schema(request=None, responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Takes a paper back: out of the queue, out of its making, or the file that was made."""
        take_back(self.get_object())
        return Response(status=204)

    @extend_schema(
        responses={
            (200, AsXlsx.media_type): OpenApiTypes.BINARY,
            (200, AsDocx.media_type): OpenApiTypes.BINARY,
            (409, JSONRenderer.media_type): NOT_MADE,
        }
    )
    @action(detail=True, renderer_classes=[JSONRenderer, AsXlsx, AsDocx])
    def file(self, request: Request, pk: str) -> FileResponse:
        """The file, once the paper is made."""
        paper = self.get_object()
        content, media_type = open_paper(paper), FORMATS[suffix_of(paper.name)].media_type
        answer = as_a_file(content, paper.name, media_type=media_type)
        logger.info("user %s fetches paper %s", self.user.pk, paper.pk)
        return answer
