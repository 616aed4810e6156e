namespace ActorLog.Protocol.Batches;

/// <summary>Which of gunicorn's channels a record came by: the last part of the program name.</summary>
public enum Channel : byte
{
    /// <summary>Any program that is not gunicorn.APP.{access|error|app}.</summary>
    Other,
    /// <summary>gunicorn's access log.</summary>
    Access,
    /// <summary>gunicorn's error log.</summary>
    Error,
    /// <summary>The Django application's own log.</summary>
    App,
}
