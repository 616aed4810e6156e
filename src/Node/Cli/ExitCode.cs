namespace ActorLog.Node.Cli;

/// <summary>What the program ends with; sysexits.h where it has a word for it.</summary>
internal static class ExitCode
{
    /// <summary>All went well.</summary>
    public const int Ok = 0;

    /// <summary>What was asked for could not be done; the last line says why.</summary>
    public const int Failed = 1;

    /// <summary>The command line is wrong.</summary>
    public const int Usage = 2;

    /// <summary>The configuration is wrong (EX_CONFIG).</summary>
    public const int Config = 78;
}
