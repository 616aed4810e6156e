namespace ActorLog.Testing.Simulation.Projection;

/// <summary>The process is killed here: nothing is unwound but the schedule.</summary>
internal sealed class ProcessDiedException : Exception;
