namespace ActorLog.Node.Hosting;

/// <summary>The books as rows, account by account, and back.</summary>
internal static class LedgerTotals
{
    private const string ReceivedFrom = "Received/";

    /// <summary>
    /// All totals that are not 0; what was dropped is the sum of the gaps, which have been read before. Those at the end of
    /// the flow are read first, as <see cref="Balance"/> does, so that a record on its way looks in hand and not out of nowhere.
    /// </summary>
    public static IReadOnlyList<AccountTotal> Read(Ledger ledger)
    {
        var totals = new List<AccountTotal>();
        // Accounts are declared in the order of the flow.
        foreach (var account in Enum.GetValues<LedgerAccount>().Reverse())
        {
            totals.Add(new AccountTotal(account.ToString(), ledger[account]));
        }

        foreach (var (source, records) in ledger.ReceivedBySource)
        {
            totals.Add(new AccountTotal(ReceivedFrom + source, records));
        }

        totals.RemoveAll(static total => total.Records == 0);
        return totals;
    }

    /// <summary>Books from rows; what a later program has written and this one does not know is left out.</summary>
    public static Ledger Restore(IEnumerable<AccountTotal> totals, IEnumerable<Gap> gaps)
    {
        var ledger = new Ledger();
        foreach (var gap in gaps)
        {
            ledger.RestoreDropped(gap.Reason, gap.Records);
        }

        foreach (var (name, records) in totals)
        {
            if (name.StartsWith(ReceivedFrom, StringComparison.Ordinal))
            {
                ledger.RestoreReceived(name[ReceivedFrom.Length..], records);
            }
            else if (Enum.TryParse<LedgerAccount>(name, out var account))
            {
                ledger.Add(account, records);
            }
        }

        return ledger;
    }
}

/// <summary>The total of one account, as it stands in a row.</summary>
/// <param name="Account">Its name.</param>
/// <param name="Records">Records, or what the account's documentation says.</param>
internal sealed record AccountTotal(string Account, long Records);
