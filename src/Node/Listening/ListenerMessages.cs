using System.Net;

namespace ActorLog.Node.Listening;

/// <summary>A source receives.</summary>
/// <param name="Source">Its name.</param>
/// <param name="Where">What it listens on, to be shown: <c>tcp 127.0.0.1:514</c>, <c>unix-datagram /run/x</c>.</param>
/// <param name="EndPoint">The bound address with the real port, where the settings may say 0; null for unix.</param>
internal sealed record ListenerReady(string Source, string Where, IPEndPoint? EndPoint);

/// <summary>A source does not receive; it will try again by itself.</summary>
/// <param name="Source">Its name.</param>
/// <param name="Cause">What is wrong, with the operation, the address and the error.</param>
/// <param name="Remedy">What an operator can do about it.</param>
/// <param name="NextTry">How long from now the next try is.</param>
internal sealed record ListenerFaulted(string Source, string Cause, string Remedy, TimeSpan NextTry);

/// <summary>Take what has arrived, hand it over, close. Answered by <see cref="ListeningStopped"/>.</summary>
internal sealed record StopListening
{
    /// <summary>The one value.</summary>
    public static readonly StopListening Instance = new();
}

/// <summary>Everything that was received is handed over, and the sockets are closed.</summary>
/// <param name="Source">The source's name; null when all sources of the node are meant.</param>
internal sealed record ListeningStopped(string? Source);
