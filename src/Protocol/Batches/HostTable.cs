using System.IO.Hashing;

namespace ActorLog.Protocol.Batches;

/// <summary>The distinct hosts of a batch, by number; a record holds the number.</summary>
public sealed class HostTable
{
    /// <summary>The longest host name, bytes (RFC 5424, section 6: HOSTNAME is 255 at most).</summary>
    public const int NameBytesMax = 255;

    /// <summary>The most hosts that one batch holds.</summary>
    public const int HostsMax = 4096;

    private readonly List<byte[]> _names = [];
    private readonly Dictionary<ulong, List<int>> _byHash = [];
    private int _last = -1;

    /// <summary>How many hosts there are.</summary>
    public int Count => _names.Count;

    /// <summary>The name under a number.</summary>
    public ReadOnlySpan<byte> this[int index] => _names[index];

    /// <summary>
    /// The number of a name, which is added when it is new. A name beyond <see cref="NameBytesMax"/> is an error of the
    /// caller; -1 when the table is full.
    /// </summary>
    public int IndexOf(ReadOnlySpan<byte> name)
    {
        if (_last >= 0 && name.SequenceEqual(_names[_last]))
        {
            return _last;
        }

        ArgumentOutOfRangeException.ThrowIfGreaterThan(name.Length, NameBytesMax);
        var hash = XxHash3.HashToUInt64(name);
        if (_byHash.TryGetValue(hash, out var candidates))
        {
            foreach (var candidate in candidates)
            {
                if (name.SequenceEqual(_names[candidate]))
                {
                    return _last = candidate;
                }
            }
        }

        return _names.Count < HostsMax ? Add(name, hash) : -1;
    }

    private int Add(ReadOnlySpan<byte> name, ulong hash)
    {
        var index = _names.Count;
        _names.Add(name.ToArray());
        if (!_byHash.TryGetValue(hash, out var candidates))
        {
            _byHash.Add(hash, candidates = new List<int>(1));
        }

        candidates.Add(index);
        return _last = index;
    }
}
