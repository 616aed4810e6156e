using ActorLog.Protocol.Delivery;

namespace ActorLog.Testing.Simulation.Delivery;

/// <summary>
/// A partition: one journal, the owner that the cluster believes in, and now and then one that lost it unknowingly.
/// </summary>
internal sealed class SimulatedPartition(DeliverySimulation world, int slot)
{
    private readonly List<(List<(JournalEvent Event, long SequenceNr)> Group, string Writer)> _late = [];

    public int Slot { get; } = slot;

    public SimulatedJournal Journal { get; } = new(world);

    public SimulatedOwner? Owner { get; private set; }

    /// <summary>
    /// One that thinks it is the owner; it may stand still (SIGSTOP, a long collection) for a while first.
    /// </summary>
    public SimulatedOwner? Paused { get; private set; }

    public long PausedUntil { get; private set; }

    /// <summary>Whether a message came for it since it had an owner: that is what starts one.</summary>
    public bool IsCalled { get; private set; }

    /// <summary>A message on its way: perhaps by an old map, perhaps to nobody.</summary>
    public void Deliver(SimulatedGateway from, ClusterMessage message)
    {
        var to = Paused is not null && world.Random.Next(3) == 0 ? Paused : Owner;
        to?.Inbox.Send((from, message));
        IsCalled |= to is null;
    }

    /// <summary>
    /// A new owner on a data root. The old one is dead, or, on another root, only thinks that it is the owner; there are
    /// never two on one root, which has a lock.
    /// </summary>
    public void Start(SimulatedDisk disk, bool oldIsPaused)
    {
        if (Owner is { IsRunning: true })
        {
            world.Tally.Count(Happening.ForcedStop);
        }

        if (oldIsPaused && Owner is not null && Owner.Disk != disk)
        {
            Paused = Owner;
            PausedUntil = world.Now + (world.Random.Next(2) * world.Random.Next(200));
        }

        if (Paused?.Disk == disk)
        {
            Paused = null;
        }

        IsCalled = false;
        Owner = new SimulatedOwner(world, this, disk);
    }

    public void Die(SimulatedOwner owner)
    {
        Owner = Owner == owner ? null : Owner;
        Paused = Paused == owner ? null : Paused;
    }

    public void DieOn(SimulatedDisk disk)
    {
        Owner = Owner?.Disk == disk ? null : Owner;
        Paused = Paused?.Disk == disk ? null : Paused;
    }

    public void EndPaused() => Paused = null;

    /// <summary>A write that was given up and is still on its way.</summary>
    public void WriteLater(List<(JournalEvent Event, long SequenceNr)> group, string writer) => _late.Add((group, writer));

    /// <summary>One of them arrives: the fence decides.</summary>
    public void Arrive()
    {
        if (_late.Count > 0 && Journal.TryAppend(_late[0].Group, _late[0].Writer))
        {
            world.Tally.Count(Happening.LateWrite);
        }

        _late.Clear();
    }

    /// <summary>Everyone is restarted on a journal that has lost its last commits.</summary>
    public void GoBack()
    {
        Owner = Paused = null;
        _late.Clear();
        Journal.GoBack();
    }
}
