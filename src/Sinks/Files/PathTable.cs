using System.Diagnostics.CodeAnalysis;
using System.IO.Hashing;
using ActorLog.Protocol.Batches;

namespace ActorLog.Sinks.Files;

/// <summary>
/// Finds the path of each record without making it anew: paths are kept by the bytes that they depend on, and within a
/// batch by the number of the host. One thread at a time.
/// </summary>
public sealed class PathTable(PathTemplate template)
{
    /// <summary>The most paths that are kept; at one more all are forgotten and made again when they are met.</summary>
    public const int PathsMax = 32 * 1024;

    private readonly Dictionary<byte[], FilePath> _paths = new(new KeyComparer());
    // Two keys may lead to one path: two facilities where only the severity counts.
    private readonly Dictionary<string, FilePath> _byPath = new(StringComparer.Ordinal);
    private readonly List<FilePath?> _byHost = [];
    private readonly byte[] _lastKey = new byte[PathTemplate.KeyBytesMax];
    private int _lastKeyLength = -1;
    private FilePath? _last;
    private RecordBatch? _batch;

    /// <summary>Tells which batch the next records are of; host numbers of an earlier one are forgotten.</summary>
    public void Begin(RecordBatch batch)
    {
        _batch = batch;
        _byHost.Clear();
        for (var i = 0; template.UsesHostOnly && i < batch.Hosts.Count; i++)
        {
            _byHost.Add(null);
        }

        if (_paths.Count >= PathsMax)
        {
            _paths.Clear();
            _byPath.Clear();
            _last = null;
        }
    }

    /// <summary>The path of a record of the batch.</summary>
    public FilePath PathOf(in LogRecord record)
    {
        if (!template.UsesHostOnly)
        {
            return FindByKey(record);
        }

        ArgumentNullException.ThrowIfNull(_batch);
        return _byHost[record.HostIndex] ??= FindByKey(record);
    }

    private FilePath FindByKey(in LogRecord record)
    {
        Span<byte> buffer = stackalloc byte[PathTemplate.KeyBytesMax];
        var key = buffer[..template.WriteKey(record, buffer)];
        if (_last is not null && key.SequenceEqual(_lastKey.AsSpan(0, _lastKeyLength)))
        {
            return _last;
        }

        var paths = _paths.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (!paths.TryGetValue(key, out var path))
        {
            var value = template.PathOf(record);
            if (!_byPath.TryGetValue(value, out path))
            {
                _byPath.Add(value, path = new FilePath(value));
            }

            _paths.Add(key.ToArray(), path);
        }

        key.CopyTo(_lastKey);
        _lastKeyLength = key.Length;
        return _last = path;
    }

    private sealed class KeyComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        // Senders choose their names: a seed of this process keeps them from choosing colliding ones.
        private readonly long _seed = Random.Shared.NextInt64();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode([DisallowNull] byte[] obj) => GetHashCode((ReadOnlySpan<byte>)obj);

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(ReadOnlySpan<byte> alternate) => (int)XxHash3.HashToUInt64(alternate, _seed);

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
