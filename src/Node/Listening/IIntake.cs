namespace ActorLog.Node.Listening;

/// <summary>
/// A bound socket that is being read; it owns the socket and the socket's file. Disposing it closes at once what can
/// be closed; asking it to stop loses nothing that has arrived.
/// </summary>
internal interface IIntake : IDisposable
{
    /// <summary>Ends when everything is closed: as asked, or with the exception that broke the reading.</summary>
    Task Completion { get; }

    /// <summary>
    /// Asks to stop accepting, read what has arrived, hand it over and close. <see cref="Completion"/> says when that
    /// is done; the hand-over's stall limit bounds it.
    /// </summary>
    void RequestStop();
}
