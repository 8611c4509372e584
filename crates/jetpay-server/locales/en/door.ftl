# The sign-in, and what every page refuses.
error-method = These pages take no requests of this kind.
sign-in-hint = Your administrator gave you the token. It has at least 24 characters.
sign-in-ended = Your session has ended: it lasts 8 hours, and a restart of the service or a change of your token ends it. Sign in again.
sign-in-not-sent = Your session has ended, so nothing was changed. Sign in, and fill in the form again.
sign-in-typed = What you typed as the reason, to be copied:
sign-in-plain = The browser is connected without encryption (http). It stays signed in only over https, and the network can read a token that you type here. Open the pages by their address with https; your administrator sets it up.
sign-in-signed-out = You have signed out.
