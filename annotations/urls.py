"""The pages' addresses: ``/noun/<id>/verb/``, named ``annotations:noun_verb``."""

from __future__ import annotations

from django.urls import path
from django.views.generic import RedirectView

from annotations.views import (
    accounts,
    adjudication,
    articles,
    coding,
    correction_changes,
    corrections,
    desk,
    exports,
    history,
    imports,
    members,
    pictures,
    placements,
    quote_pages,
    quotes,
    review,
    same_words,
    snapshots,
    speakers,
    team,
    undoing,
    webhooks,
    withdrawals,
)

app_name = "annotations"

urlpatterns = [
    path(
        "",
        RedirectView.as_view(
            pattern_name="annotations:article_list", http_method_names=["get", "head"]
        ),
        name="home",
    ),
    path("articles/", articles.article_list, name="article_list"),
    path("articles/import/", imports.article_import, name="article_import"),
    path("articles/<uuid:public_id>/", articles.article_detail, name="article_detail"),
    path(
        "articles/<uuid:public_id>/placements/",
        placements.article_placements,
        name="article_placements",
    ),
    path("placements/<uuid:public_id>/place/", placements.placement_place, name="placement_place"),
    path("placements/<uuid:public_id>/leave/", placements.placement_leave, name="placement_leave"),
    path("articles/<uuid:public_id>/state/", articles.article_state, name="article_state"),
    path(
        "articles/<uuid:public_id>/paragraphs/", desk.article_paragraphs, name="article_paragraphs"
    ),
    path("articles/<uuid:public_id>/pulse/", desk.article_pulse, name="article_pulse"),
    path(
        "articles/<uuid:public_id>/accept-sure/",
        desk.article_accept_sure,
        name="article_accept_sure",
    ),
    path("articles/<uuid:public_id>/next/", articles.article_next, name="article_next"),
    path("articles/<uuid:public_id>/history/", articles.article_history, name="article_history"),
    path("articles/<uuid:public_id>/left-out/", articles.article_left_out, name="article_left_out"),
    path("articles/<uuid:public_id>/put-back/", articles.article_put_back, name="article_put_back"),
    path("articles/<uuid:public_id>/quotes/add/", quotes.quote_add, name="quote_add"),
    path(
        "articles/<uuid:public_id>/corrections/add/",
        correction_changes.correction_add,
        name="correction_add",
    ),
    path("imports/<uuid:public_id>/", imports.import_detail, name="import_detail"),
    path(
        "imports/<uuid:public_id>/report.csv",
        imports.import_report_file,
        name="import_report_file",
    ),
    path("quotes/<uuid:public_id>/", quote_pages.quote_detail, name="quote_detail"),
    path("quotes/<uuid:public_id>/card/", quotes.quote_card, name="quote_card"),
    path("quotes/<uuid:public_id>/confirm/", quotes.quote_confirm, name="quote_confirm"),
    path("quotes/<uuid:public_id>/reject/", quotes.quote_reject, name="quote_reject"),
    path("quotes/<uuid:public_id>/reopen/", quotes.quote_reopen, name="quote_reopen"),
    path(
        "quotes/<uuid:public_id>/same-words/", same_words.quote_same_words, name="quote_same_words"
    ),
    path(
        "quotes/<uuid:public_id>/same-words/add/", same_words.same_words_add, name="same_words_add"
    ),
    path(
        "quotes/<uuid:public_id>/same-words/look/",
        same_words.same_words_look,
        name="same_words_look",
    ),
    path("same-words/", same_words.same_words_list, name="same_words_list"),
    path("same-words/<uuid:public_id>/", same_words.same_words_detail, name="same_words_detail"),
    path(
        "same-words/<uuid:public_id>/confirm/",
        same_words.same_words_confirm,
        name="same_words_confirm",
    ),
    path(
        "same-words/<uuid:public_id>/reject/",
        same_words.same_words_reject,
        name="same_words_reject",
    ),
    path(
        "same-words/<uuid:public_id>/reopen/",
        same_words.same_words_reopen,
        name="same_words_reopen",
    ),
    path(
        "same-words/<uuid:public_id>/put-in/",
        same_words.same_words_put_in,
        name="same_words_put_in",
    ),
    path(
        "same-words/<uuid:public_id>/take-out/",
        same_words.same_words_take_out,
        name="same_words_take_out",
    ),
    path("quotes/<uuid:public_id>/speakers/", quotes.quote_speakers, name="quote_speakers"),
    path(
        "quotes/<uuid:public_id>/set-speaker/", quotes.quote_set_speaker, name="quote_set_speaker"
    ),
    path("quotes/<uuid:public_id>/set-kind/", quotes.quote_set_kind, name="quote_set_kind"),
    path("quotes/<uuid:public_id>/set-span/", quotes.quote_set_span, name="quote_set_span"),
    path("quotes/<uuid:public_id>/join/", quotes.quote_join, name="quote_join"),
    path("quotes/<uuid:public_id>/split/", quotes.quote_split, name="quote_split"),
    path("quotes/<uuid:public_id>/history/", quotes.quote_history, name="quote_history"),
    path("quotes/<uuid:public_id>/flag/", quotes.quote_flag, name="quote_flag"),
    path("quotes/<uuid:public_id>/set-note/", quotes.quote_set_note, name="quote_set_note"),
    path("history/", history.history_list, name="history_list"),
    path("history/<uuid:public_id>/undo/", history.edit_undo, name="edit_undo"),
    path("review/", review.review_list, name="review_list"),
    path("review/alike/", review.review_alike, name="review_alike"),
    path("corrections/", corrections.correction_list, name="correction_list"),
    path("corrections/picture/", pictures.correction_picture, name="correction_picture"),
    path("corrections/picture.<slug:form>", pictures.picture_download, name="picture_download"),
    path(
        "corrections/<uuid:public_id>/confirm/",
        corrections.correction_confirm,
        name="correction_confirm",
    ),
    path(
        "corrections/<uuid:public_id>/reject/",
        corrections.correction_reject,
        name="correction_reject",
    ),
    path(
        "corrections/<uuid:public_id>/reopen/",
        corrections.correction_reopen,
        name="correction_reopen",
    ),
    path("corrections/<uuid:public_id>/swap/", corrections.correction_swap, name="correction_swap"),
    path(
        "corrections/<uuid:public_id>/history/",
        corrections.correction_history,
        name="correction_history",
    ),
    *(
        path(f"corrections/<uuid:public_id>/{verb}/", view, name=view.__name__)
        for verb, view in (
            ("set-kind", correction_changes.correction_set_kind),
            ("set-quotes", correction_changes.correction_set_quotes),
            ("set-person", correction_changes.correction_set_person),
            ("set-point", correction_changes.correction_set_point),
            ("flag", correction_changes.correction_flag),
            ("set-note", correction_changes.correction_set_note),
            ("speakers", correction_changes.correction_speakers),
            ("points", correction_changes.correction_points),
        )
    ),
    path("team/", team.team_list, name="team_list"),
    path("collections/<uuid:public_id>/team/", team.team_detail, name="team_detail"),
    path("collections/<uuid:public_id>/assign/", team.article_assign, name="article_assign"),
    path("assignments/<uuid:public_id>/cancel/", team.assignment_cancel, name="assignment_cancel"),
    path(
        "assignments/<uuid:public_id>/finish/", coding.assignment_finish, name="assignment_finish"
    ),
    path("assignments/<uuid:public_id>/", coding.assignment_detail, name="assignment_detail"),
    path(
        "assignments/<uuid:public_id>/quotes/<uuid:quote_id>/code/",
        coding.quote_code,
        name="quote_code",
    ),
    path(
        "assignments/<uuid:public_id>/corrections/<uuid:correction_id>/code/",
        coding.correction_code,
        name="correction_code",
    ),
    path(
        "articles/<uuid:public_id>/disputes/",
        adjudication.article_disputes,
        name="article_disputes",
    ),
    path(
        "articles/<uuid:public_id>/accept-agreed/",
        adjudication.article_accept_agreed,
        name="article_accept_agreed",
    ),
    path("quotes/<uuid:public_id>/settle/", adjudication.quote_settle, name="quote_settle"),
    path(
        "corrections/<uuid:public_id>/settle/",
        adjudication.correction_settle,
        name="correction_settle",
    ),
    path("undo/", undoing.undo, name="undo"),
    path("redo/", undoing.redo, name="redo"),
    path("speakers/", speakers.speaker_list, name="speaker_list"),
    path("speakers/<uuid:public_id>/", speakers.speaker_detail, name="speaker_detail"),
    path("speakers/<uuid:public_id>/merge/", speakers.speaker_merge, name="speaker_merge"),
    path("speakers/<uuid:public_id>/split/", speakers.speaker_split, name="speaker_split"),
    path("speakers/<uuid:public_id>/undo/", speakers.speaker_undo, name="speaker_undo"),
    *(
        path(
            f"{kind}s/<uuid:public_id>/withdraw/",
            withdrawals.withdraw_page,
            {"kind": kind},
            name=f"{kind}_withdraw",
        )
        for kind in ("quote", "correction", "speaker")
    ),
    path("withdrawals/", withdrawals.withdrawal_list, name="withdrawal_list"),
    path(
        "withdrawals/<uuid:public_id>/put-back/",
        withdrawals.withdrawal_put_back,
        name="withdrawal_put_back",
    ),
    path("exports/", exports.export_list, name="export_list"),
    path("exports/codebook/", exports.export_codebook, name="export_codebook"),
    path("exports/codebook.csv", exports.export_codebook_file, name="export_codebook_file"),
    path("exports/formats/<str:name>/", exports.export_format, name="export_format"),
    path("exports/<slug:table>.csv", exports.export_table, name="export_table"),
    path("snapshots/", snapshots.snapshot_list, name="snapshot_list"),
    path("snapshots/make/", snapshots.snapshot_make, name="snapshot_make"),
    path(
        "snapshots/<uuid:public_id>/download/",
        snapshots.snapshot_download,
        name="snapshot_download",
    ),
    path("tokens/", accounts.token_list, name="token_list"),
    path("tokens/<uuid:public_id>/revoke/", accounts.token_revoke, name="token_revoke"),
    path("webhooks/", webhooks.webhook_list, name="webhook_list"),
    path("webhooks/<uuid:public_id>/", webhooks.webhook_detail, name="webhook_detail"),
    path("webhooks/<uuid:public_id>/test/", webhooks.webhook_test, name="webhook_test"),
    path(
        "webhooks/<uuid:public_id>/set-active/",
        webhooks.webhook_set_active,
        name="webhook_set_active",
    ),
    path("webhooks/<uuid:public_id>/remove/", webhooks.webhook_remove, name="webhook_remove"),
    path("keys/", accounts.key_map, name="key_map"),
    path("preferences/theme/", accounts.preference_theme, name="preference_theme"),
    path("preferences/keys/", accounts.preference_keys, name="preference_keys"),
    path("preferences/tour/", accounts.preference_tour, name="preference_tour"),
    path("account/", members.account, name="account"),
    path("collections/<uuid:public_id>/members/", members.member_list, name="member_list"),
    path(
        "collections/<uuid:public_id>/members/<int:pk>/set-role/",
        members.member_set_role,
        name="member_set_role",
    ),
    path(
        "collections/<uuid:public_id>/members/<int:pk>/remove/",
        members.member_remove,
        name="member_remove",
    ),
    path(
        "collections/<uuid:public_id>/members/<int:pk>/set-active/",
        members.member_set_active,
        name="member_set_active",
    ),
    path(
        "invitations/<uuid:public_id>/revoke/", members.invitation_revoke, name="invitation_revoke"
    ),
    path("invitations/<str:secret>/", members.invitation_accept, name="invitation_accept"),
    path("sign-in/", accounts.sign_in, name="sign_in"),
    path("sign-in/<str:secret>/", accounts.sign_in_by_link, name="sign_in_by_link"),
    path("sign-out/", accounts.sign_out, name="sign_out"),
]
