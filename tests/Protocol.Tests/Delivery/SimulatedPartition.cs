using ActorLog.Protocol.Delivery;

namespace ActorLog.Protocol.Tests.Delivery;

/// <summary>
/// A partition: one journal, the owner that the cluster believes in, and now and then one that lost it unknowingly.
/// </summary>
internal sealed class SimulatedPartition(Simulation world, int slot)
{
    public int Slot { get; } = slot;

    public SimulatedJournal Journal { get; } = new(world.Bug);

    public SimulatedOwner? Owner { get; private set; }

    /// <summary>
    /// One that thinks it is the owner; it may stand still (SIGSTOP, a long collection) for a while first.
    /// </summary>
    public SimulatedOwner? Paused { get; private set; }

    public long PausedUntil { get; private set; }

    /// <summary>A message on its way: perhaps by an old map, perhaps to nobody.</summary>
    public void Deliver(SimulatedGateway from, ClusterMessage message)
    {
        if (world.Lossy && world.Random.Next(30) == 0)
        {
            return;
        }

        var to = Paused is not null && world.Random.Next(3) == 0 ? Paused : Owner;
        to?.Inbox.Enqueue((from, message));
    }

    /// <summary>
    /// A new owner on a data root. The old one is dead, or, on another root, only thinks that it is the owner; there
    /// are
    /// never two on one root, which has a lock.
    /// </summary>
    public void Start(SimulatedDisk disk, bool oldIsPaused)
    {
        if (oldIsPaused && Owner is not null && Owner.Disk != disk)
        {
            Paused = Owner;
            PausedUntil = world.Now + (world.Random.Next(2) * world.Random.Next(200));
        }

        if (Paused?.Disk == disk)
        {
            Paused = null;
        }

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
}
