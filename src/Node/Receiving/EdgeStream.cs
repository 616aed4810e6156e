using ActorLog.Protocol.Delivery;

namespace ActorLog.Node.Receiving;

/// <summary>One open stream of an edge. One thread at a time.</summary>
internal sealed class EdgeStream(uint id, string origin, StreamWindow window)
{
    private static readonly TimeSpan AnswerMax = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan DoubtMax = TimeSpan.FromSeconds(2);

    private TimeSpan _silent;
    private long _storedBefore = -1;

    /// <summary>Its number on the connection.</summary>
    public uint Id { get; } = id;

    /// <summary>The run that accepted the records.</summary>
    public string Origin { get; } = origin;

    /// <summary>What is taken, stored, settled.</summary>
    public StreamWindow Window { get; } = window;

    /// <summary>A partition has answered.</summary>
    public void OnAnswered() => _silent = TimeSpan.Zero;

    /// <summary>What was sent may have been forgotten on its way: it is not waited for as long.</summary>
    public void Doubt() => _silent = AnswerMax - DoubtMax;

    /// <summary>Some time has passed; true when a part has waited too long for the answer of a partition.</summary>
    public bool IsUnansweredAfter(TimeSpan passed)
    {
        if (Window.PendingCount == 0)
        {
            return false;
        }

        _silent += passed;
        return _silent > AnswerMax;
    }

    /// <summary>Parts to ask after: nothing was stored since the last time that this was asked.</summary>
    public IReadOnlyList<(int Partition, long N)> FindOverdue()
    {
        var stands = Window.PendingCount > 0 && Window.Stored == _storedBefore;
        _storedBefore = Window.Stored;
        return stands ? [.. Window.Unanswered()] : [];
    }

    /// <summary>What the edge is to be told of it now.</summary>
    public DeliveryFrame.Ack Ack => new(Id, Window.Stored, Window.Settled);
}
