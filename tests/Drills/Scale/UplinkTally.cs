using System.Collections.Concurrent;
using ActorLog.Node.Forwarding;
using Akka.Actor;

namespace ActorLog.Drills.Scale;

/// <summary>How many forwarders are connected, and what those that are not have said. Any thread.</summary>
internal sealed class UplinkTally
{
    private readonly ConcurrentDictionary<string, int> _faults = new();
    private int _up;

    /// <summary>How many are connected.</summary>
    public int Up => Volatile.Read(ref _up);

    /// <summary>The actor that one forwarder tells how it stands.</summary>
    public static Props Watch(UplinkTally tally) => Props.Create(() => new Watcher(tally));

    /// <summary>Tries that failed and connections that ended since <see cref="Forget"/>, by what was said.</summary>
    public string Faults() => string.Join("; ", _faults.Select(static f => $"{f.Value} times '{f.Key}'"));

    /// <summary>Forgets what was said.</summary>
    public void Forget() => _faults.Clear();

    private sealed class Watcher : ReceiveActor
    {
        private bool _isUp;

        public Watcher(UplinkTally tally)
        {
            Receive<ForwarderUp>(_ =>
            {
                _isUp = true;
                Interlocked.Increment(ref tally._up);
            });
            Receive<ForwarderDown>(down =>
            {
                tally._faults.AddOrUpdate(down.Why, 1, static (_, times) => times + 1);
                if (_isUp)
                {
                    _isUp = false;
                    Interlocked.Decrement(ref tally._up);
                }
            });
        }
    }
}
