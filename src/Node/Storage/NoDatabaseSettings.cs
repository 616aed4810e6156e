using LinqToDB.Configuration;

namespace ActorLog.Node.Storage;

/// <summary>
/// What linq2db would else look for in an application's XML configuration: nothing. It costs each start a reader of such files.
/// </summary>
internal sealed class NoDatabaseSettings : ILinqToDBSettings
{
    /// <inheritdoc/>
    public IEnumerable<IDataProviderSettings> DataProviders => [];

    /// <inheritdoc/>
    public string? DefaultConfiguration => null;

    /// <inheritdoc/>
    public string? DefaultDataProvider => null;

    /// <inheritdoc/>
    public IEnumerable<IConnectionStringSettings> ConnectionStrings => [];
}
