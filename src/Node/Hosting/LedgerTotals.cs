namespace ActorLog.Node.Hosting;

/// <summary>The books as rows, account by account, and back.</summary>
internal static class LedgerTotals
{
    private const string ReceivedFrom = "Received/";

    /// <summary>
    /// All totals that are not 0; what was dropped is the sum of the gaps, which have been read before. Those at the end of
    /// the flow are read first, as <see cref="Balance"/> does, so that a record on its way looks in hand and not out of nowhere.
    /// </summary>
    public static IReadOnlyList<KeyValuePair<string, long>> Read(Ledger ledger)
    {
        var totals = new List<KeyValuePair<string, long>>();
        // Accounts are declared in the order of the flow.
        foreach (var account in Enum.GetValues<LedgerAccount>().Reverse())
        {
            totals.Add(new(account.ToString(), ledger[account]));
        }

        totals.AddRange(ledger.ReceivedBySource.Select(
            static source => new KeyValuePair<string, long>(ReceivedFrom + source.Source, source.Records)));
        totals.RemoveAll(static total => total.Value == 0);
        return totals;
    }

    /// <summary>Books from rows; what a later program has written and this one does not know is left out.</summary>
    public static Ledger Restore(IEnumerable<KeyValuePair<string, long>> totals, IEnumerable<Gap> gaps)
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
