"""What a person may fill in about a share. Each form knows the one service that it calls."""

from tasks.forms.above import (
    CancelForm,
    ChangeForm,
    LightForm,
    MoveForm,
    NoticeForm,
    ReassignForm,
    ReopenForm,
    ReviewForm,
    UpholdForm,
    UrgeForm,
)
from tasks.forms.base import DecisionForm, ShareForm
from tasks.forms.breaking_down import ChooseForm, PartRow, PartsForm
from tasks.forms.deciding import (
    ApproveExtensionForm,
    ApproveReportForm,
    LetOutForm,
    LiftNoticeForm,
    RaiseNoticeForm,
    RefuseExtensionForm,
    ReturnReportForm,
)
from tasks.forms.own import (
    AcknowledgeForm,
    ExtensionForm,
    NoChangeForm,
    ObjectForm,
    ReportForm,
)

__all__ = [
    "EXTENSION_FORMS",
    "NOTICE_FORMS",
    "REPORT_FORMS",
    "SHARE_FORMS",
    "SHARE_FORMS_BY_ADDRESS",
    "ChooseForm",
    "DecisionForm",
    "NoChangeForm",
    "PartRow",
    "PartsForm",
    "ReportForm",
]

#: By the action's name in ``tasks.access.actions_open_to``, in the order of the page.
SHARE_FORMS: dict[str, type[ShareForm]] = {
    "acknowledge": AcknowledgeForm,
    "report": ReportForm,
    "uphold": UpholdForm,
    "decompose": ChooseForm,
    "ask_extension": ExtensionForm,
    "object": ObjectForm,
    "reopen": ReopenForm,
    "review": ReviewForm,
    "urge": UrgeForm,
    "issue_notice": NoticeForm,
    "move": MoveForm,
    "change": ChangeForm,
    "set_light": LightForm,
    "reassign": ReassignForm,
    "cancel": CancelForm,
}
SHARE_FORMS_BY_ADDRESS: dict[str, type[ShareForm]] = {
    **{form.name: form for name, form in SHARE_FORMS.items() if name != "decompose"},
    NoChangeForm.name: NoChangeForm,
}
REPORT_FORMS: dict[str, type[DecisionForm]] = {
    form.name: form for form in (LetOutForm, ApproveReportForm, ReturnReportForm)
}
EXTENSION_FORMS: dict[str, type[DecisionForm]] = {
    form.name: form for form in (ApproveExtensionForm, RefuseExtensionForm)
}
NOTICE_FORMS: dict[str, type[DecisionForm]] = {
    form.name: form for form in (RaiseNoticeForm, LiftNoticeForm)
}
