namespace ActorLog.Node.Hosting;

/// <summary>The books as rows, account by account, and back.</summary>
internal static class LedgerTotals
{
    private const string ReceivedFrom = "Received/";
    private const string Dropped = "Dropped/";

    /// <summary>
    /// All totals that are not 0. Those at the end of the flow are read first, as <see cref="Balance"/> does, so that a
    /// record on its way looks in hand and not out of nowhere.
    /// </summary>
    public static IReadOnlyList<KeyValuePair<string, long>> Read(Ledger ledger)
    {
        var totals = new List<KeyValuePair<string, long>>();
        foreach (var reason in Enum.GetValues<DropReason>())
        {
            totals.Add(new(Dropped + reason.Name(), ledger[reason]));
        }

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
    public static Ledger Restore(IEnumerable<KeyValuePair<string, long>> totals)
    {
        var ledger = new Ledger();
        foreach (var (name, records) in totals)
        {
            if (name.StartsWith(Dropped, StringComparison.Ordinal))
            {
                if (DropReasons.TryParse(name[Dropped.Length..], out var reason))
                {
                    ledger.RestoreDropped(reason, records);
                }
            }
            else if (name.StartsWith(ReceivedFrom, StringComparison.Ordinal))
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
