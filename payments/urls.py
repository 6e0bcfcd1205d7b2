"""Addresses of the money."""

from django.urls import path, register_converter

from caracol.core.periods import Month
from payments.views import (
    account,
    arrears,
    bank_accounts,
    bank_acts,
    bank_lines,
    banking,
    books,
    caf,
    caf_acts,
    caf_expected,
    caf_lines,
    caf_typing,
    checking,
    closing,
    correcting,
    debits,
    deposits,
    issuing,
    july,
    mailing,
    mandates,
    month,
    papers,
    payers,
    payments,
    receiving,
    refunds,
    reversing,
    settling,
    statements,
)


class MonthConverter:
    """A month in an address: 2026-11."""

    regex = r"(?:19|20|21)\d{2}-(?:0[1-9]|1[0-2])"

    def to_python(self, value: str) -> Month:
        """Read it."""
        return Month.parse(value)

    def to_url(self, value: Month | str) -> str:
        """Write it."""
        return str(value)


register_converter(MonthConverter, "month")

app_name = "payments"
urlpatterns = [
    path("encaissements/", month.month_index, name="month-index"),
    path("encaissements/<month:month>/", month.month_detail, name="month-detail"),
    path("encaissements/<month:month>/apercu/", closing.month_preview, name="month-preview"),
    path(
        "encaissements/<month:month>/apercu/export/",
        closing.month_preview_export,
        name="month-preview-export",
    ),
    path("encaissements/<month:month>/cloturer/", closing.month_close, name="month-close"),
    path("encaissements/<month:month>/echeances/", closing.month_terms, name="month-terms"),
    path(
        "encaissements/<month:month>/echeances/export/",
        closing.month_terms_export,
        name="month-terms-export",
    ),
    path("encaissements/<month:month>/avis/", issuing.notices_issue, name="notices-issue"),
    path("encaissements/<month:month>/quittances/", issuing.receipts_issue, name="receipts-issue"),
    path("encaissements/<month:month>/papiers/", papers.papers_list, name="papers"),
    path("encaissements/<month:month>/liasses/", papers.papers_bundle, name="papers-bundle"),
    path("encaissements/<month:month>/courriels/", mailing.receipts_mail, name="receipts-mail"),
    path("encaissements/<month:month>/verrouiller/", checking.period_lock, name="period-lock"),
    path("encaissements/<month:month>/rouvrir/", checking.period_reopen, name="period-reopen"),
    path("encaissements/export/", books.books_export, name="books-file"),
    path("encaissements/controle/", checking.ledger_check, name="ledger-check"),
    path("encaissements/paiements/", payments.payment_list, name="payment-list"),
    path("encaissements/paiements/export/", payments.payment_export, name="payment-export"),
    path("encaissements/paiements/nouveau/", receiving.payment_record, name="payment-record"),
    path("encaissements/paiements/essai/", receiving.payment_try, name="payment-try"),
    path(
        "encaissements/paiements/<int:pk>/annuler/",
        reversing.payment_reverse,
        name="payment-reverse",
    ),
    path("encaissements/paiements/<int:pk>/defaire/", reversing.payment_undo, name="payment-undo"),
    path("comptes/<str:number>/", account.account_detail, name="account-detail"),
    path("comptes/<str:number>/export/", account.account_export, name="account-export"),
    path("comptes/<str:number>/papiers/", account.account_papers, name="account-papers"),
    path("comptes/<str:number>/releve/", statements.account_statement, name="account-statement"),
    path(
        "comptes/<str:number>/attestation/",
        statements.account_attestation,
        name="account-attestation",
    ),
    path("residents/<int:pk>/compte/", account.person_account, name="person-account"),
    path("echeances/<int:pk>/", account.term_explain, name="term-explain"),
    path("echeances/<int:pk>/corriger/", correcting.term_correct, name="term-correct"),
    path("papiers/<str:number>/annuler/", papers.receipt_cancel, name="receipt-cancel"),
    path("banque/", bank_lines.bank_lines, name="bank-lines"),
    path("banque/export/", bank_lines.bank_lines_export, name="bank-lines-export"),
    path("banque/rapprocher/", bank_lines.bank_run, name="bank-run"),
    path("banque/fortes/", bank_acts.bank_strong, name="bank-strong"),
    path("banque/releves/", banking.bank_files, name="bank-files"),
    path("banque/releves/colonnes/", banking.bank_layout, name="bank-layout"),
    path("banque/releves/retirer/", banking.bank_file_withdraw, name="bank-file-withdraw"),
    path("banque/comptes/", bank_accounts.bank_accounts, name="bank-accounts"),
    path("banque/comptes/enregistrer/", bank_accounts.bank_account_save, name="bank-account-save"),
    path("banque/comptes/solde/", bank_accounts.bank_opening_post, name="bank-opening-post"),
    path("banque/controle/", banking.bank_check, name="bank-check"),
    path("banque/payeurs/", payers.payer_list, name="payer-list"),
    path("banque/payeurs/<int:pk>/revoquer/", payers.payer_revoke, name="payer-revoke"),
    path("banque/<int:pk>/", bank_lines.bank_line, name="bank-line"),
    path("banque/<int:pk>/regler/", bank_acts.bank_line_settle, name="bank-line-settle"),
    path("banque/<int:pk>/repartir/", bank_acts.bank_line_split, name="bank-line-split"),
    path("banque/<int:pk>/hors-gestion/", bank_acts.bank_line_aside, name="bank-line-aside"),
    path("banque/<int:pk>/attendre/", bank_acts.bank_line_wait, name="bank-line-wait"),
    path("banque/<int:pk>/defaire/", bank_acts.bank_line_undo, name="bank-line-undo"),
    path("banque/<int:pk>/retenue/", bank_acts.bank_line_held, name="bank-line-held"),
    path("caf/", caf.caf_list, name="caf-list"),
    path("caf/saisir/", caf_typing.caf_type, name="caf-type"),
    path("caf/attendu/<month:month>/", caf_expected.caf_expected, name="caf-expected"),
    path(
        "caf/attendu/<month:month>/export/",
        caf_expected.caf_expected_export,
        name="caf-expected-export",
    ),
    path("caf/juillet/<int:year>/", july.caf_july, name="caf-july"),
    path("caf/juillet/<int:year>/export/", july.caf_july_export, name="caf-july-export"),
    path("caf/juillet/<int:year>/<slug:department>/", july.caf_july_paper, name="caf-july-paper"),
    path("caf/caisses/<int:pk>/", caf_acts.caf_office, name="caf-office"),
    path("caf/<int:pk>/", caf.caf_detail, name="caf-detail"),
    path("caf/<int:pk>/rapprocher/", caf.caf_settle, name="caf-settle"),
    path("caf/<int:pk>/inscrire/", caf_acts.caf_force, name="caf-force"),
    path("caf/<int:pk>/annuler/", caf_acts.caf_reverse, name="caf-reverse"),
    path("caf/lignes/<int:pk>/attribuer/", caf_lines.caf_name, name="caf-name"),
    path("caf/lignes/<int:pk>/retirer/", caf_lines.caf_unname, name="caf-unname"),
    path("caf/lignes/<int:pk>/vu/", caf_lines.caf_review, name="caf-review"),
    path("impayes/", arrears.arrears_list, name="arrears-list"),
    path("impayes/export/", arrears.arrears_export, name="arrears-export"),
    path("contrats/<int:pk>/depot/", deposits.contract_deposit, name="contract-deposit"),
    path("contrats/<int:pk>/depot/recevoir/", deposits.deposit_record, name="deposit-record"),
    path("contrats/<int:pk>/depot/rembourser/", deposits.refund_record, name="refund-record"),
    path("contrats/<int:pk>/depot/rendre/", settling.settlement_prepare, name="settlement-prepare"),
    path("depots/<int:pk>/approuver/", settling.settlement_approve, name="settlement-approve"),
    path("depots/<int:pk>/annuler/", settling.settlement_cancel, name="settlement-cancel"),
    path("depots/mouvements/<int:pk>/annuler/", deposits.deposit_reverse, name="deposit-reverse"),
    path("prelevements/", debits.debits, name="debits"),
    path("prelevements/<month:month>/preparer/", debits.debit_prepare, name="debit-prepare"),
    path("prelevements/remises/<int:pk>/", debits.debit_batch, name="debit-batch"),
    path("prelevements/remises/<int:pk>/envoyer/", debits.debit_send, name="debit-send"),
    path("prelevements/remises/<int:pk>/annuler/", debits.debit_cancel, name="debit-cancel"),
    path("prelevements/remises/<int:pk>/fichier/", debits.debit_file, name="debit-file"),
    path("prelevements/compte-rendu/", debits.status_import, name="status-import"),
    path("mandats/", mandates.mandate_list, name="mandate-list"),
    path("contrats/<int:pk>/prelevement/", mandates.contract_mandate, name="contract-mandate"),
    path("contrats/<int:pk>/prelevement/mandat/", mandates.mandate_prepare, name="mandate-prepare"),
    path("mandats/<int:pk>/signer/", mandates.mandate_sign, name="mandate-sign"),
    path("mandats/<int:pk>/copie/", mandates.mandate_copy, name="mandate-copy"),
    path("mandats/<int:pk>/suspendre/", mandates.mandate_suspend, name="mandate-suspend"),
    path("mandats/<int:pk>/reprendre/", mandates.mandate_resume, name="mandate-resume"),
    path("mandats/<int:pk>/revoquer/", mandates.mandate_revoke, name="mandate-revoke"),
    path("mandats/<int:pk>/aide/", mandates.mandate_aid, name="mandate-aid"),
    path("remboursements/", refunds.refund_list, name="refund-list"),
    path("remboursements/remise/", refunds.refund_send, name="refund-send"),
    path("contrats/<int:pk>/rembourser/", refunds.refund_prepare, name="refund-prepare"),
    path("remboursements/<int:pk>/approuver/", refunds.refund_approve, name="refund-approve"),
    path("remboursements/<int:pk>/annuler/", refunds.refund_cancel, name="refund-cancel"),
    path(
        "remboursements/remises/<int:pk>/annuler/", refunds.refund_call_off, name="refund-call-off"
    ),
    path("remboursements/remises/<int:pk>/fichier/", refunds.refund_file, name="refund-file"),
]
