using System.Diagnostics.CodeAnalysis;
using ActorLog.Protocol.Delivery;
using ActorLog.Sinks.Storage;

namespace ActorLog.Node.Forwarding;

/// <summary>
/// All origins of an edge, oldest first, and their streams on the present connection: one is sent at a time, and the next
/// begins when the one before is stored, so that order survives a restart. One thread at a time.
/// </summary>
internal sealed class OriginStreams
{
    private readonly List<OriginQueue> _origins = [];
    private readonly Dictionary<uint, OriginQueue> _streams = [];
    private OriginQueue? _current;
    private uint _stream;
    private string _timeline = string.Empty;

    /// <summary>The journal that called stored what is; empty before the first welcome.</summary>
    public string Journal { get; private set; } = string.Empty;

    /// <summary>Everything that there is stands in a journal.</summary>
    public bool IsStored => _origins.TrueForAll(static o => o.IsStored);

    /// <summary>The origin that waits for a read of the spool, if one does.</summary>
    public OriginQueue? Unread => _current is { NeedsRead: true } origin && StreamOf(origin) != 0 ? origin : null;

    /// <summary>A further origin, younger than the others.</summary>
    public void Add(OriginQueue origin) => _origins.Add(origin);

    /// <summary>The origin of a name.</summary>
    public OriginQueue? Find(string origin) => _origins.Find(o => o.Origin == origin);

    /// <summary>The origin of an open stream.</summary>
    public bool TryGet(uint stream, [MaybeNullWhen(false)] out OriginQueue origin) => _streams.TryGetValue(stream, out origin);

    /// <summary>A run has ended at a number.</summary>
    public void Close(string origin, long last)
    {
        Find(origin)?.Close(last);
        _origins.RemoveAll(static o => o.IsDone);
    }

    /// <summary>Greeted by a journal; true when it may lack what was called stored, and all is fed from what is settled.</summary>
    public bool RewindForJournal(string journal, string timeline)
    {
        // One that is another one, or went back.
        var isOther = Journal.Length > 0 && (Journal != journal || _timeline != timeline);
        if (isOther)
        {
            _origins.ForEach(static o => o.Rewind(toSettled: true));
        }

        Journal = journal;
        _timeline = timeline;
        return isOther;
    }

    /// <summary>Opens a stream for each origin in turn, up to the first that has something to send.</summary>
    public void Open(Action<DeliveryFrame> send)
    {
        if (_current is { IsStored: true, IsClosed: true })
        {
            _current = null;
        }

        foreach (var origin in _origins)
        {
            if (_current is not null || origin.IsHeld)
            {
                break;
            }

            if (!_streams.ContainsValue(origin))
            {
                _streams.Add(++_stream, origin);
                send(new DeliveryFrame.Open(_stream, origin.Origin, origin.Window.Stored));
            }

            if (!origin.IsStored || !origin.IsClosed)
            {
                _current = origin;
            }
        }
    }

    /// <summary>Sends what is in memory of the current origin, as far as its window has room.</summary>
    public void Pump(Action<DeliveryFrame> send)
    {
        if (_current is not { } origin || StreamOf(origin) == 0)
        {
            return;
        }

        var stream = StreamOf(origin);
        while (origin.TryNext(out var piece))
        {
            send(piece.Block is { } block
                ? new DeliveryFrame.Batch(stream, piece.From, block)
                : new DeliveryFrame.Skip(stream, piece.From, piece.Through));
            origin.Sent(piece);
            CrashPoint.Pass("edge.sent-before-ack");
        }
    }

    /// <summary>Drops an origin of which nothing is left.</summary>
    public void RemoveIfDone(uint stream, OriginQueue origin)
    {
        if (origin.IsDone)
        {
            _origins.Remove(origin);
            _streams.Remove(stream);
        }
    }

    /// <summary>A stream has ended: its origin is to be opened anew from what is stored.</summary>
    public void End(uint stream)
    {
        if (_streams.Remove(stream, out var origin))
        {
            origin.Rewind(toSettled: false);
            _current = _current == origin ? null : _current;
        }
    }

    /// <summary>The connection has ended, and all streams with it.</summary>
    public void EndAll()
    {
        _current = null;
        _streams.Clear();
        _origins.ForEach(static o => o.Rewind(toSettled: false));
    }

    private uint StreamOf(OriginQueue origin) => _streams.FirstOrDefault(s => s.Value == origin).Key;
}
