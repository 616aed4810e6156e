namespace ActorLog.Drills.Running;

/// <summary>A drill saw what must not be; the message says what, and what the processes had to say.</summary>
internal sealed class DrillFailure(string what) : Exception(what);
