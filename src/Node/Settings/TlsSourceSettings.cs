namespace ActorLog.Node.Settings;

/// <summary>How a TLS source lets peers in.</summary>
/// <param name="ClientCertificate">Whether they show a certificate.</param>
/// <param name="HandshakeTimeout">The longest that a handshake may take.</param>
/// <param name="Own">The source's own certificate and CA; null: the node's.</param>
public sealed record TlsSourceSettings(ClientCertificate ClientCertificate, TimeSpan HandshakeTimeout, TlsSettings? Own);

/// <summary>Whether clients show a certificate; one that is shown comes from the CA in any case.</summary>
public enum ClientCertificate
{
    /// <summary>They must.</summary>
    Required,
    /// <summary>They may.</summary>
    Optional,
    /// <summary>They are not asked.</summary>
    None,
}
