namespace ActorLog.Node.Settings;

/// <summary>"Did you mean": the candidate that is the fewest edits away, when it is near enough to be meant.</summary>
internal static class Nearest
{
    /// <summary>A phrase to append: "; did you mean 'x'?", or nothing.</summary>
    public static string To(string word, IEnumerable<string> candidates)
    {
        var best = candidates.Distinct(StringComparer.Ordinal)
            .Select(candidate => (Candidate: candidate, Edits: Edits(Plain(word), Plain(candidate))))
            .OrderBy(static pair => pair.Edits).ThenBy(static pair => pair.Candidate, StringComparer.Ordinal)
            .FirstOrDefault((Candidate: "", Edits: int.MaxValue));
        return best.Edits <= (word.Length < 4 ? 1 : Math.Max(2, word.Length / 3)) ? $"; did you mean '{best.Candidate}'?" : "";
    }

    /// <summary>keepHostname, keep_hostname and KEEP-HOSTNAME are one.</summary>
    private static string Plain(string word) =>
        word.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).ToUpperInvariant();

    /// <summary>Levenshtein's distance.</summary>
    private static int Edits(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var replaced = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
