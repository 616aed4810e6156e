using System.Net;

namespace ActorLog.Node.Settings;

/// <summary>The control plane: /alive, /ready, /metrics.</summary>
/// <param name="Listen">Loopback by default.</param>
public sealed record HttpSettings(IPEndPoint Listen);
