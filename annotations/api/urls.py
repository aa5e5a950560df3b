"""The addresses of the whole API: reading from ``quotes.api``, and here what writes."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path

from annotations.api import (
    articles,
    corrections,
    decisions,
    exports,
    history,
    imports,
    quotes,
    snapshots,
    speakers,
    tokens,
    views,
    webhooks,
    withdrawals,
)
from quotes.api.urls import urlpatterns as reading

app_name = "api"

_writing = {
    pattern.name: pattern
    for pattern in (
        path("articles/", views.Articles.as_view(), name="article_list"),
        path("articles/<uuid:public_id>/", articles.ArticleInFull.as_view(), name="article_detail"),
        path("imports/", imports.Imports.as_view(), name="import_list"),
        path("quotes/", quotes.Quotes.as_view(), name="quote_list"),
        path("quotes/<uuid:public_id>/", quotes.QuoteInFull.as_view(), name="quote_detail"),
        path("speakers/", speakers.Speakers.as_view(), name="speaker_list"),
        path("speakers/<uuid:public_id>/", speakers.SpeakerInFull.as_view(), name="speaker_detail"),
        path("corrections/", corrections.Corrections.as_view(), name="correction_list"),
        path(
            "corrections/<uuid:public_id>/",
            corrections.CorrectionInFull.as_view(),
            name="correction_detail",
        ),
    )
}

_actions = {
    "articles/<uuid:public_id>/extract/": articles.ArticleExtract,
    "articles/<uuid:public_id>/undo/": articles.ArticleUndo,
    "articles/<uuid:public_id>/history/": history.ArticleHistory,
    "quotes/<uuid:public_id>/confirm/": decisions.QuoteConfirm,
    "quotes/<uuid:public_id>/reject/": decisions.QuoteReject,
    "quotes/<uuid:public_id>/reopen/": decisions.QuoteReopen,
    "quotes/<uuid:public_id>/undo/": decisions.QuoteUndo,
    "quotes/<uuid:public_id>/history/": history.QuoteHistory,
    "quotes/<uuid:public_id>/speaker/": decisions.QuoteSpeaker,
    "quotes/<uuid:public_id>/kind/": decisions.QuoteKindOf,
    "quotes/<uuid:public_id>/withdraw/": withdrawals.QuoteWithdraw,
    "corrections/<uuid:public_id>/confirm/": decisions.CorrectionConfirm,
    "corrections/<uuid:public_id>/reject/": decisions.CorrectionReject,
    "corrections/<uuid:public_id>/reopen/": decisions.CorrectionReopen,
    "corrections/<uuid:public_id>/swap/": decisions.CorrectionSwap,
    "corrections/<uuid:public_id>/undo/": decisions.CorrectionUndo,
    "corrections/<uuid:public_id>/history/": history.CorrectionHistory,
    "corrections/<uuid:public_id>/withdraw/": withdrawals.CorrectionWithdraw,
    "speakers/<uuid:public_id>/merge/": speakers.SpeakerMerge,
    "speakers/<uuid:public_id>/split/": speakers.SpeakerSplit,
    "speakers/<uuid:public_id>/names/": speakers.SpeakerNames,
    "speakers/<uuid:public_id>/undo/": speakers.SpeakerUndo,
    "speakers/<uuid:public_id>/history/": history.SpeakerHistory,
    "speakers/<uuid:public_id>/withdraw/": withdrawals.SpeakerWithdraw,
}

# A writing view takes the place of the reading one that it extends.
urlpatterns: list[URLPattern] = [
    *(_writing.get(pattern.name, pattern) for pattern in reading),
    *(
        path(address, view.as_view(), name=f"{address.split('s/')[0]}_{address.split('/')[2]}")
        for address, view in _actions.items()
    ),
    path(
        "speakers/<uuid:public_id>/names/remove/",
        speakers.SpeakerNameRemove.as_view(),
        name="speaker_name_remove",
    ),
    path("withdrawals/", withdrawals.Withdrawals.as_view(), name="withdrawal_list"),
    path(
        "withdrawals/<uuid:public_id>/put-back/",
        withdrawals.WithdrawalPutBack.as_view(),
        name="withdrawal_put_back",
    ),
    path("tokens/", tokens.Tokens.as_view(), name="token_list"),
    path("tokens/<uuid:public_id>/", tokens.TokenDetail.as_view(), name="token_detail"),
    path("snapshots/", snapshots.Snapshots.as_view(), name="snapshot_list"),
    path("snapshots/<uuid:public_id>/", snapshots.SnapshotDetail.as_view(), name="snapshot_detail"),
    path(
        "snapshots/<uuid:public_id>/file/", snapshots.SnapshotFile.as_view(), name="snapshot_file"
    ),
    path("webhooks/", webhooks.Webhooks.as_view(), name="webhook_list"),
    path("webhooks/<uuid:public_id>/", webhooks.WebhookDetail.as_view(), name="webhook_detail"),
    path(
        "webhooks/<uuid:public_id>/secret/",
        webhooks.WebhookSecret.as_view(),
        name="webhook_secret",
    ),
    path("webhooks/<uuid:public_id>/test/", webhooks.WebhookTest.as_view(), name="webhook_test"),
    path(
        "webhooks/<uuid:public_id>/deliveries/",
        webhooks.WebhookDeliveries.as_view(),
        name="webhook_deliveries",
    ),
    path("quotes/bulk/", quotes.QuoteBulk.as_view(), name="quote_bulk"),
    path("exports/<slug:table>.csv", exports.ExportTable.as_view(), name="export_table"),
    path("exports/formats/<str:name>/", exports.ExportInFormat.as_view(), name="export_format"),
    re_path("", views.nothing_here, name="nothing_here"),
]
