using ActorLog.Node.Settings;
using Akka.Event;

namespace ActorLog.Node.Listening;

/// <summary>
/// Has a bound socket read in the way that this system and the settings allow: epoll and recvmmsg on Linux, else the
/// portable sockets, as TLS everywhere. It owns the one loop that stream sources share; used by several actors.
/// </summary>
internal sealed class IntakeOpener : IDisposable
{
    private readonly IntakeSettings _shared;
    private readonly ILoggingAdapter _log;
    private readonly BatchOutlet _outlet;
    private readonly bool _isPortable;
    private readonly Lock _gate = new();
    private StreamLoop? _streams;

    /// <summary>Chooses the path.</summary>
    public IntakeOpener(IntakeSettings shared, ILoggingAdapter log)
    {
        _shared = shared;
        _log = log;
        _outlet = new BatchOutlet(shared, log);
        _isPortable = shared.Portable || !Libc.IsFast;
    }

    /// <summary>Starts to read a socket.</summary>
    public IIntake Open(BoundSocket ownedSocket, SourceSettings source)
    {
        if (!source.IsStream)
        {
            return _isPortable
                ? new PortableDatagramIntake(ownedSocket, source, _shared.NodeName, _outlet)
                : new DatagramLoop(ownedSocket, source, _shared.NodeName, _outlet);
        }

        if (_isPortable || source.Tls is not null)
        {
            var door = source.Tls is null ? null : new TlsDoor(source, _shared.Identities[source.Name], _shared.Ledger, _log);
            return new PortableStreamIntake(ownedSocket, source, _shared.NodeName, _outlet, door);
        }

        lock (_gate)
        {
            if (_streams is null || _streams.IsEnded)
            {
                _streams = new StreamLoop(_outlet, _log);
            }

            var intake = new StreamIntake(ownedSocket, source, _shared.NodeName, _streams);
            _streams.Add(intake);
            return intake;
        }
    }

    /// <summary>Ends the streams' loop, which drains what is still open.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _streams?.Dispose();
        }
    }
}
