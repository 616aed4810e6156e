using ActorLog.Node.Hosting;

namespace ActorLog.Node.Listening;

/// <summary>One accepted stream of the fast path; it owns its descriptor.</summary>
/// <param name="intake">The source that accepted it.</param>
/// <param name="ownedDescriptor">The socket, which does not block.</param>
/// <param name="sender">Its peer.</param>
/// <param name="ledger">Where its frames are booked.</param>
internal sealed class StreamConnection(StreamIntake intake, int ownedDescriptor, Sender sender, Ledger ledger)
{
    /// <summary>The source that accepted it.</summary>
    public StreamIntake Intake { get; } = intake;

    /// <summary>The socket.</summary>
    public int Descriptor { get; } = ownedDescriptor;

    /// <summary>What it has sent.</summary>
    public FrameFeed Feed { get; } = new(sender, ledger);

    /// <summary>When it last sent something, in the loop's milliseconds.</summary>
    public long LastReadMs { get; set; }

    /// <summary>Closes the socket; the epoll set forgets it by itself.</summary>
    public void Close()
    {
        Feed.Dispose();
        _ = Libc.Close(Descriptor);
    }
}
