//! One address for the Gate's callbacks, and any of the services behind it, as with a merchant's proxy.

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};

use crate::crash::chance::Chance;

/// Joins each connection to a service, running or not.
pub(super) async fn relay(listener: TcpListener, services: Vec<u16>) {
    let mut chance = Chance::new(0);
    while let Ok((mut here, _)) = listener.accept().await {
        let service = services[chance.below(services.len())];
        tokio::spawn(async move {
            // Whichever side breaks, the other sees its connection end.
            if let Ok(mut there) = TcpStream::connect(("127.0.0.1", service)).await {
                let _broken = copy_bidirectional(&mut here, &mut there).await;
            }
        });
    }
}
