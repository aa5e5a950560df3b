"""One call of each operation that writes, ready to be made, for tests that break them all."""

from __future__ import annotations

import importlib
import inspect
import io
import pkgutil
from collections.abc import Iterator

import annotations.operations
import quotes.operations
from annotations.operations import (
    adjudicating,
    articles,
    assigning,
    blindness,
    bulk,
    coding,
    correction_drafts,
    correction_remarks,
    corrections,
    deciding,
    importing,
    leaving_out,
    locking,
    members,
    moving,
    naming,
    nesting,
    placing,
    presence,
    putting_back,
    repeats,
    same_words,
    selections,
    sign_in,
    snapshots,
    speakers,
    together,
    tokens,
    undoing,
    upkeep,
    webhooks,
    withdrawing,
)
from annotations.operations import (
    quotes as quoting,
)
from quotes.importing import read_paste
from quotes.operations import (
    applying,
    indexing,
    intake,
    overlap,
    people,
    restoring,
    running,
    stalled,
    versions,
)
from quotes.operations import same_words as comparing
from tests.annotations.operations.scenes import (
    ITEM,
    PEOPLE,
    Act,
    Operation,
    after,
    begin_accept_agreed,
    begin_accept_as_new_person,
    begin_accept_invitation,
    begin_add_correction,
    begin_add_quote,
    begin_answer_once,
    begin_apply,
    begin_asked,
    begin_assign,
    begin_call,
    begin_call_hook,
    begin_cancel,
    begin_changed_story,
    begin_code_correction,
    begin_code_quote,
    begin_compare,
    begin_finish,
    begin_free_nested,
    begin_give_up_extraction,
    begin_give_up_import,
    begin_give_up_snapshot,
    begin_group_and_quote,
    begin_grouped,
    begin_hook,
    begin_import_address,
    begin_import_annotations,
    begin_look,
    begin_name_gone,
    begin_on_hook,
    begin_other_correction,
    begin_put_back,
    begin_redo,
    begin_reopen_group,
    begin_restore_lines,
    begin_revoke_invitation,
    begin_revoke_token,
    begin_run_extraction,
    begin_run_import,
    begin_set_active,
    begin_settle_correction,
    begin_settle_quote,
    begin_snapshot,
    begin_split_speaker,
    begin_stalled,
    begin_store_people,
    begin_tidy_up,
    begin_told_by_hook,
    begin_undo_edit,
    begin_undo_merge,
    begin_use_link,
    begin_use_token,
    begin_withdraw,
    confirm,
    confirm_correction,
    failed_in_words,
    join,
    merge,
    on,
    put_back,
    split,
    undone,
)

READS: frozenset[Operation] = frozenset(
    {
        blindness.codes_blind,
        blindness.disputed,
        blindness.own_dispute,
        blindness.refuse_blind_coder,
        blindness.refuse_coders,
        coding.answers_by_case,
        coding.corrections_to_code,
        coding.disagree,
        coding.left_to_code,
        coding.quotes_to_code,
        coding.suggested,
        withdrawing.label_of,
        withdrawing.reach,
        withdrawing.record_of,
        withdrawing.row_of,
        correction_drafts.sentences_around,
        corrections.require_people,
        locking.became,
        intake.as_waiting,
        locking.has_been,
        locking.is_heard,
        deciding.is_repeat,
        locking.last_edit_at,
        locking.read_what_was_set_meanwhile,
        deciding.standing_of,
        deciding.state_seen,
        members.open_invitation,
        moving.are_all,
        moving.between,
        nesting.enclosing_and_sticking_out,
        nesting.enclosing_quote,
        overlap.overlap,
        overlap.pairs,
        selections.check_kind,
        selections.check_selections,
        selections.fitting_kind,
        selections.parts_of,
        selections.spans_with,
        snapshots.changed_tables,
        snapshots.check_snapshot,
        snapshots.path_of,
        speakers.first_done,
        undoing.next_redo,
        undoing.next_undo,
        upkeep.check_at_night,
        versions.as_json,
        versions.pieces_of_correction,
        versions.spans_at,
        webhooks.signature,
        comparing.loosest,
        comparing.words_by_quote,
    }
)
"""What writes nothing."""

PARTS: frozenset[Operation] = frozenset(
    {
        coding.measure_agreement,
        corrections.drop_links_that_do_not_fit,
        corrections.people_changed,
        corrections.write_links,
        locking.article_to_add_to,
        deciding.begin,
        deciding.check_fields,
        deciding.constraint_messages,
        locking.lock_article,
        locking.lock_correction,
        locking.lock_quote,
        locking.lock_speaker,
        locking.lock_speakers,
        locking.say_who_they_were,
        deciding.mark_decided,
        deciding.mark_undecided,
        deciding.refuse_while_in_confirmed_correction,
        deciding.save_decision,
        leaving_out.reverse_put_back,
        moving.lock_rows,
        nesting.free_nested,
        nesting.leave_lost_parent,
        nesting.move_nested,
        nesting.nested_in,
        placing.follow_answer,
        placing.make_room,
        quoting.accept,
        quoting.place_content,
        quoting.touch,
        same_words.reverse_same_words_edit,
        selections.write_spans,
        speakers.name_speaker,
        speakers.reverse_speaker_edit,
        withdrawing.save_others,
        withdrawing.save_rows,
        indexing.indexes_built_after,
        comparing.dissolve_small_groups,
        comparing.lock_same_words,
        comparing.settle,
        versions.carry_over,
        versions.move_correction,
        versions.move_quote,
    }
)
"""Steps inside other operations' transactions: they fail as parts of those."""


ACTS: tuple[Act, ...] = (
    Act(adjudicating.accept_agreed, begin_accept_agreed),
    Act(adjudicating.settle_correction, begin_settle_correction),
    Act(adjudicating.settle_quote, begin_settle_quote),
    Act(assigning.assign_articles, begin_assign),
    Act(assigning.cancel_assignment, begin_cancel),
    Act(coding.code_correction, begin_code_correction),
    Act(coding.code_quote, begin_code_quote),
    Act(coding.finish_assignment, begin_finish),
    Act(withdrawing.withdraw, begin_withdraw),
    Act(putting_back.put_back, begin_put_back),
    on(articles.change_article, "article", changes={"headline": "Wall talks go on"}),
    after(
        on(articles.change_article, "article", changes={"published_on": "2026-03-01"}),
        articles.undo_article_change,
        "article",
    ),
    Act(
        articles.read_again,
        lambda s: lambda: articles.read_again(public_id=s.article.public_id, user=s.editor),
    ),
    Act(
        bulk.confirm_quotes,
        lambda s: (
            lambda: bulk.confirm_quotes(
                article_id=s.article.public_id,
                user=s.editor,
                versions={s.claim.public_id: 1, s.third.public_id: 1},
            )
        ),
    ),
    Act(
        correction_drafts.draft_correction,
        lambda s: (
            lambda: correction_drafts.draft_correction(
                article_id=s.article.public_id, user=s.editor, claim_id=s.claim.public_id
            )
        ),
    ),
    on(correction_remarks.flag_correction, "correction", flagged=True),
    on(correction_remarks.set_correction_note, "correction", note="Ask again."),
    confirm_correction,
    on(corrections.reject_correction, "correction"),
    after(confirm_correction, corrections.reopen_correction, "correction"),
    on(corrections.swap_correction, "correction"),
    on(corrections.set_correction_kind, "correction", kind="denial"),
    Act(
        corrections.set_correction_people,
        lambda s: (
            lambda: corrections.set_correction_people(
                **s.at(s.correction), corrector_id=s.ines.public_id, corrected_id=s.tobias.public_id
            )
        ),
    ),
    Act(
        corrections.set_correction_quotes,
        lambda s: (
            lambda: corrections.set_correction_quotes(
                **s.at(s.correction), corrected=[s.third.public_id], correcting=[]
            )
        ),
    ),
    on(
        corrections.set_new_correction_person,
        "correction",
        side="correcting",
        name="Orla Finn",
    ),
    begin_other_correction(corrections.set_correction_retells),
    begin_other_correction(corrections.set_correction_same_point),
    Act(corrections.add_correction, begin_add_correction),
    Act(
        importing.import_articles,
        lambda s: (
            lambda: importing.import_articles(
                collection=s.collection,
                user=s.editor,
                items=[read_paste(ITEM.format(s.collection.pk))],
            )
        ),
        steps=True,
    ),
    Act(
        importing.queue_articles,
        lambda s: (
            lambda: importing.queue_articles(
                collection=s.collection,
                user=s.editor,
                articles=[{"text": "“Snow fell,” she said."}],
            )
        ),
    ),
    Act(
        importing.queue_file,
        lambda s: (
            lambda: importing.queue_file(
                collection=s.collection,
                user=s.editor,
                name="snow.txt",
                file=io.BytesIO("“Snow fell,” she said.".encode()),
            )
        ),
    ),
    Act(importing.import_address, begin_import_address, steps=True),
    Act(importing.import_annotations, begin_import_annotations, told=failed_in_words),
    Act(
        importing.import_people,
        lambda s: (
            lambda: importing.import_people(
                collection=s.collection, user=s.editor, files=[("people.csv", io.BytesIO(PEOPLE))]
            )
        ),
    ),
    join,
    split,
    put_back,
    Act(
        members.invite_member,
        lambda s: (
            lambda: members.invite_member(collection=s.collection, user=s.manager, role="reader")
        ),
    ),
    Act(members.revoke_invitation, begin_revoke_invitation),
    Act(members.accept_invitation, begin_accept_invitation),
    Act(members.accept_as_new_person, begin_accept_as_new_person),
    Act(
        members.set_role,
        lambda s: (
            lambda: members.set_role(
                collection=s.collection, member_id=s.editor.pk, role="reader", user=s.manager
            )
        ),
    ),
    Act(
        members.end_membership,
        lambda s: (
            lambda: members.end_membership(
                collection=s.collection, member_id=s.editor.pk, user=s.manager
            )
        ),
    ),
    Act(members.set_active, begin_set_active),
    on(naming.change_speaker, "ines", changes={"name": "Ines Adair-Holm"}),
    on(naming.add_speaker_name, "ines", text="Ms Adair", kind="honorific"),
    Act(naming.remove_speaker_name, begin_name_gone),
    after(
        on(naming.change_speaker, "ines", changes={"name": "Ines Adair-Holm"}),
        naming.undo_speaker_change,
        "ines",
    ),
    begin_asked(placing.place),
    begin_asked(placing.leave_behind),
    Act(
        presence.note_presence,
        lambda s: lambda: presence.note_presence(article_id=s.article.public_id, user=s.editor),
    ),
    confirm,
    on(quoting.reject_quote, "third", reason="A headline"),
    after(confirm, quoting.reopen_quote, "claim"),
    Act(
        quoting.set_speaker,
        lambda s: lambda: quoting.set_speaker(**s.at(s.third), speaker_id=s.tobias.public_id),
    ),
    on(quoting.set_kind, "claim", kind="mixed"),
    Act(
        quoting.set_boundaries,
        lambda s: (
            lambda: quoting.set_boundaries(
                **s.at(s.claim), content=[s.selected("“It has held")], cue=[s.selected("said")]
            )
        ),
    ),
    Act(quoting.set_boundaries, begin_free_nested),
    Act(
        quoting.set_part,
        lambda s: (
            lambda: quoting.set_part(**s.at(s.claim), part=s.selected("“It has held"), ordinal=0)
        ),
    ),
    Act(quoting.add_quote, begin_add_quote),
    on(quoting.set_note, "claim", note="Ask again."),
    on(quoting.flag_quote, "claim", flagged=True),
    Act(repeats.answer_once, begin_answer_once),
    begin_grouped(same_words.confirm_same_words),
    begin_grouped(same_words.reject_same_words),
    Act(same_words.reopen_same_words, begin_reopen_group),
    begin_group_and_quote(same_words.put_in_same_words, inside=False),
    begin_group_and_quote(same_words.take_out_of_same_words, inside=True),
    Act(
        same_words.add_same_words,
        lambda s: (
            lambda: same_words.add_same_words(
                quote_id=s.claim.public_id, other_id=s.third.public_id, user=s.editor
            )
        ),
    ),
    Act(same_words.look_for_same_words, begin_look),
    Act(
        sign_in.make_sign_in_link,
        lambda s: lambda: sign_in.make_sign_in_link(base_url="http://paper.example", user=s.editor),
    ),
    Act(sign_in.first_person, lambda s: sign_in.first_person),
    Act(sign_in.use_sign_in_link, begin_use_link),
    Act(
        snapshots.request_snapshot,
        lambda s: lambda: snapshots.request_snapshot(collection=s.collection, user=s.editor),
    ),
    Act(snapshots.make_snapshot, begin_snapshot, steps=True),
    Act(
        speakers.create_speaker,
        lambda s: (
            lambda: speakers.create_speaker(
                collection=s.collection, user=s.editor, name="Uma Thole"
            )
        ),
    ),
    on(speakers.set_new_speaker, "third", name="Uma Thole"),
    merge,
    Act(speakers.split_speaker, begin_split_speaker),
    Act(speakers.undo_speaker_edit, begin_undo_merge),
    Act(
        together.confirm_together,
        lambda s: (
            lambda: together.confirm_together(
                versions={s.claim.public_id: 1, s.third.public_id: 1}, user=s.editor
            )
        ),
    ),
    Act(
        tokens.make_token,
        lambda s: lambda: tokens.make_token(user=s.editor, name="Desk", scopes=["read"]),
    ),
    Act(tokens.revoke_token, begin_revoke_token),
    Act(tokens.authenticate_token, begin_use_token),
    undone(confirm),
    undone(merge),
    undone(join),
    undone(split),
    undone(put_back),
    undone(begin_asked(placing.place)),
    undone(begin_grouped(same_words.confirm_same_words)),
    undone(on(corrections.swap_correction, "correction")),
    Act(undoing.redo_last, begin_redo),
    Act(undoing.undo_edit, begin_undo_edit),
    after(confirm, undoing.undo_own, "claim"),
    Act(
        webhooks.add_webhook,
        lambda s: lambda: begin_hook(s),
    ),
    begin_on_hook(webhooks.change_webhook, changes={"name": "Night desk"}),
    begin_on_hook(webhooks.renew_secret),
    begin_on_hook(webhooks.remove_webhook),
    Act(
        webhooks.try_webhook,
        lambda s: begin_call(
            webhooks.try_webhook, {"public_id": begin_hook(s).public_id, "user": s.manager}, {}
        ),
    ),
    Act(webhooks.call_webhook, begin_call_hook, steps=True),
    Act(quoting.confirm_quote, begin_told_by_hook),
    Act(applying.apply_extraction, begin_apply),
    Act(
        intake.import_article,
        lambda s: (
            lambda: intake.import_article(
                collection=s.collection, item=read_paste(ITEM.format(s.collection.pk))
            )
        ),
    ),
    Act(intake.import_article, begin_changed_story),
    Act(
        intake.import_items,
        lambda s: (
            lambda: intake.import_items(
                collection=s.collection, items=[read_paste(ITEM.format(s.collection.pk))]
            )
        ),
        steps=True,
    ),
    Act(
        intake.queue_import,
        lambda s: (
            lambda: intake.queue_import(
                collection=s.collection, waiting=[{"text": "“Snow fell,” she said."}]
            )
        ),
    ),
    Act(intake.run_import, begin_run_import, steps=True),
    Act(people.store_people, begin_store_people),
    Act(restoring.restore_lines, begin_restore_lines, told=failed_in_words),
    Act(
        running.request_extraction,
        lambda s: lambda: running.request_extraction(article=s.article),
    ),
    Act(
        running.run_extraction,
        begin_run_extraction,
        steps=True,
        told=lambda run: bool(run.state == "failed"),
    ),
    Act(comparing.find_same_words, begin_compare),
    Act(stalled.retry_stalled_jobs, begin_stalled),
    Act(running.give_up_extraction, begin_give_up_extraction),
    Act(intake.give_up_import, begin_give_up_import),
    Act(snapshots.give_up_snapshot, begin_give_up_snapshot),
    Act(upkeep.tidy_up, begin_tidy_up),
)


def operations() -> Iterator[Operation]:
    """Every public function of the packages of operations."""
    for package in (annotations.operations, quotes.operations):
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            for name, thing in vars(importlib.import_module(module.name)).items():
                mine = getattr(thing, "__module__", "") == module.name
                if inspect.isfunction(thing) and mine and not name.startswith("_"):
                    yield thing
