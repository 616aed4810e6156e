using System.Numerics;

namespace ActorLog.Node.Verifying;

/// <summary>Which numbers of a connection were found: a bit for each.</summary>
internal sealed class SeenNumbers
{
    private const int WordBits = 64;
    private ulong[] _words = new ulong[64];

    /// <summary>Adds a number; false if it was there.</summary>
    public bool Add(long number)
    {
        var (word, bit) = ((int)(number / WordBits), 1UL << (int)(number % WordBits));
        if (word >= _words.Length)
        {
            Array.Resize(ref _words, (int)Math.Max(BitOperations.RoundUpToPowerOf2((uint)word + 1), (uint)_words.Length * 2));
        }
        var isNew = (_words[word] & bit) == 0;
        _words[word] |= bit;
        return isNew;
    }

    /// <summary>The ranges below a limit that are not there, in rising order, each without its end.</summary>
    public IEnumerable<(long From, long To)> Gaps(long limit)
    {
        for (var from = Next(0, limit, isThere: false); from < limit;)
        {
            var to = Next(from, limit, isThere: true);
            yield return (from, to);
            from = Next(to, limit, isThere: false);
        }
    }

    /// <summary>How many numbers there are from one on.</summary>
    public long CountFrom(long number)
    {
        var count = 0L;
        for (var word = number / WordBits; word < _words.Length; word++)
        {
            var bits = _words[word];
            count += BitOperations.PopCount(word == number / WordBits ? bits & (ulong.MaxValue << (int)(number % WordBits)) : bits);
        }
        return count;
    }

    /// <summary>How many of these are not in the other one.</summary>
    public long CountNotIn(SeenNumbers? other)
    {
        var count = 0L;
        for (var word = 0; word < _words.Length; word++)
        {
            var theirs = other is not null && word < other._words.Length ? other._words[word] : 0;
            count += BitOperations.PopCount(_words[word] & ~theirs);
        }
        return count;
    }

    /// <summary>The first number from one on that is there, or that is not; the limit if there is none below it.</summary>
    private long Next(long number, long limit, bool isThere)
    {
        while (number < limit)
        {
            var word = number / WordBits;
            if (word >= _words.Length)
            {
                return isThere ? limit : number;
            }
            var bits = (isThere ? _words[word] : ~_words[word]) >> (int)(number % WordBits);
            if (bits != 0)
            {
                return Math.Min(limit, number + BitOperations.TrailingZeroCount(bits));
            }
            number = (word + 1) * WordBits;
        }
        return limit;
    }
}
