namespace ActorLog.Node.Settings;

/// <summary>"Did you mean": the candidate that is the fewest edits away, when it is near enough to be meant.</summary>
internal static class Nearest
{
    /// <summary>A phrase to append: "; did you mean 'x'?", or nothing.</summary>
    public static string To(string word, IEnumerable<string> candidates) =>
        Of(word, candidates) is { } best ? $"; did you mean '{best}'?" : "";

    /// <summary>The candidate; null when none is near enough.</summary>
    public static string? Of(string word, IEnumerable<string> candidates)
    {
        var best = candidates.Distinct(StringComparer.Ordinal)
            .Select(candidate => (Candidate: candidate, Edits: Edits(Plain(word), Plain(candidate))))
            .OrderBy(static pair => pair.Edits).ThenBy(static pair => pair.Candidate, StringComparer.Ordinal)
            .FirstOrDefault((Candidate: "", Edits: int.MaxValue));
        return best.Edits <= (word.Length < 4 ? 1 : Math.Max(2, word.Length / 3)) ? best.Candidate : null;
    }

    /// <summary>keepHostname, keep_hostname and KEEP-HOSTNAME are one.</summary>
    private static string Plain(string word) =>
        word.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).ToUpperInvariant();

    /// <summary>Letters put in, left out, replaced or swapped with their neighbour (optimal string alignment).</summary>
    private static int Edits(string left, string right)
    {
        var edits = new int[left.Length + 1, right.Length + 1];
        for (var i = 0; i <= left.Length; i++)
        {
            for (var j = 0; j <= right.Length; j++)
            {
                edits[i, j] = i == 0 || j == 0 ? i + j : Math.Min(
                    edits[i - 1, j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1),
                    Math.Min(edits[i - 1, j], edits[i, j - 1]) + 1);
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                {
                    edits[i, j] = Math.Min(edits[i, j], edits[i - 2, j - 2] + 1);
                }
            }
        }

        return edits[left.Length, right.Length];
    }
}
