"""Public SSH keys of each type; their private keys were thrown away."""

from __future__ import annotations

RSA = (
    "ssh-rsa "
    "AAAAB3NzaC1yc2EAAAADAQABAAABAQCyAc2qpzctDi8wF+HMI0d+2B70HPi7051dnq+qrr2vidRkRyQwl070UD3hNZL8fgrej0Oh"
    "n6Hv5C6px9P90t/eaGSvn+3SJrwurXcOplpeDCNy6sIRlyHrh2pSIkqUwo1/Ja6f/2N54dGQ4NsD+XXwFTvIdyvQqyjVjngP3B6w"
    "0dqi3Scx0C8BvCYUUUFK2YmzSTEMNnt1NTDM1MAcEpUesdOKLK+i5sP1pBQDWW5wEgUav6KTRasjP8wY6VZiC90G+2uGxSP2tQHf"
    "FsGa0qhqXSOfK/9Np9oI+Az1IaZ2rfG1t9O2WMqVPdyRuB6f4Nhu/iFpBx1orKp6ahGwhJ8N"
    " lab"
)
ECDSA_256 = (
    "ecdsa-sha2-nistp256 "
    "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBLNKG9S1D6Q2c26gq/jupPSkZglMRjb2CQfD0t1n1jn3kQ40"
    "6nE4XywEOpSL34KwoiHqt67GwNTtj4HWELnZTAA="
    " lab"
)
ECDSA_384 = (
    "ecdsa-sha2-nistp384 "
    "AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAAAIbmlzdHAzODQAAABhBGondkKRUF7th76uPiZkL+jXBcTNa4WW2dovBS0XvrPaS+5V"
    "FGT7qrCqBaIfpA+MTuT0h7OLbCUJdk+HduHCDbANM4r9q8iYpJKPHijUUo3dqYUFQTnlbZ7Rl3vr2+2yKg=="
    " lab"
)
ECDSA_521 = (
    "ecdsa-sha2-nistp521 "
    "AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1MjEAAACFBAE3nH9ce5XeEXar9CrAkfKCY4P6SAqfYuq3CL8ke53FBcHX"
    "1r3CYa1m1CJzRyplSC3tbQ7OzeMZwaUG8Wq1bF7zcgGlcjQa9Mlypslg7v7umyiprtPaP37D71Ng1QmEmS7Qj/S/6M6emQhFyAK9"
    "+x0phNlor58mhtNBN4h0ieaejJIf4Q=="
    " lab"
)
ED25519 = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAID/W2nYg/i5jOC0kMPnr0RqyJv3TJxK0dGxfraFtEfs0 lab"
