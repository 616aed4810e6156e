using ActorLog.Testing.Simulation.Delivery;
using ActorLog.Testing.Simulation.Projection;

namespace ActorLog.Testing.Simulation;

/// <summary>The simulations, each a schedule by its seed. A broken promise is a <see cref="SimulationFailure"/>.</summary>
public static class Schedules
{
    /// <summary>From an edge's spool to the files, as a model around the product's pure parts.</summary>
    public static Tally Delivery(int seed) => DeliverySimulation.Run(seed);

    /// <summary>From the journal to the files, with the product's own files on a disk in memory.</summary>
    public static Tally Projection(int seed) => ProjectionSimulation.Run(seed);
}
