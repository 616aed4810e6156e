using System.Security.Cryptography;
using ActorLog.Node.Links;
using Akka.Actor;
using Akka.Event;

namespace ActorLog.Node.Hosting;

/// <summary>
/// Looks at the certificates' files every few seconds: what was renewed is used by new connections, without a restart. What
/// cannot be used yet is said once, and the one in use goes on.
/// </summary>
internal sealed class CertificateActor : MessageActor, IWithTimers
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    private readonly IReadOnlyList<TlsIdentity> _identities;
    private readonly Ledger _ledger;
    private readonly TimeProvider _time;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Dictionary<TlsIdentity, string> _told = [];

    /// <summary>See <see cref="Props"/>.</summary>
    public CertificateActor(IReadOnlyList<TlsIdentity> identities, Ledger ledger, TimeProvider time)
    {
        _identities = identities;
        _ledger = ledger;
        _time = time;
        Receive<Look>(_ => RenewAll());
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>The actor's recipe.</summary>
    public static Props Props(IReadOnlyList<TlsIdentity> identities, Ledger ledger, TimeProvider time) =>
        Akka.Actor.Props.Create(() => new CertificateActor(identities, ledger, time));

    /// <inheritdoc/>
    protected override void PreStart()
    {
        TellEnd();
        foreach (var identity in _identities)
        {
            if (identity.FindFault(_time.GetUtcNow()) is { } fault)
            {
                _log.Warning("{0}.certificate: {1}; no peer accepts it (actorlog certs makes a new one)", identity.Name, fault);
            }
        }

        Timers.StartPeriodicTimer(nameof(Look), Look.Instance, Every);
    }

    private void RenewAll()
    {
        foreach (var identity in _identities)
        {
            Renew(identity);
        }
    }

    private void Renew(TlsIdentity identity)
    {
        try
        {
            if (identity.Renew(_time.GetUtcNow()))
            {
                _told.Remove(identity);
                TellEnd();
                _log.Info("{0}: renewed, new connections use the certificate that ends on {1:u}", identity.Name, identity.Validity.Ends);
            }
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            if (_told.GetValueOrDefault(identity) != e.Message)
            {
                _told[identity] = e.Message;
                _log.Warning("{0}: the files have changed and cannot be used, what was read before stays in use: {1}", identity.Name, e.Message);
            }
        }
    }

    private void TellEnd() => _ledger.Set(
        LedgerLevel.CertificateEnds, new DateTimeOffset(_identities.Min(static identity => identity.Validity.Ends)).ToUnixTimeSeconds());

    private sealed record Look
    {
        public static readonly Look Instance = new();
    }
}
