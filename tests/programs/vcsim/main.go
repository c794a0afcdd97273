// Command vcsim serves govmomi's simulator of a vCenter over TLS, until its standard input ends.
//
// The simulator's own command is a module of its own that module proxies do not carry; its library is all that is used.
// It prints its address as one line of JSON. The inventory is the simulator's default: /DC0/host/DC0_C0 and so on.
package main

import (
	"crypto/tls"
	"encoding/json"
	"flag"
	"io"
	"log"
	"net/url"
	"os"

	"github.com/vmware/govmomi/simulator"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:0", "address to listen at")
	user := flag.String("user", "installer@vsphere.local", "the only user that may log in")
	password := flag.String("password", "secret", "the user's password")
	certificate := flag.String("cert", "", "PEM file of the certificate; made by the simulator where none is given")
	key := flag.String("key", "", "PEM file of its key")
	version := flag.String("version", "", "version of vCenter to claim")
	build := flag.String("build", "", "build of vCenter to claim")
	flag.Parse()

	model := simulator.VPX()
	if *version != "" {
		model.ServiceContent.About.Version = *version
	}
	if *build != "" {
		model.ServiceContent.About.Build = *build
	}
	check(model.Create())
	model.Service.Listen = &url.URL{Host: *listen, User: url.UserPassword(*user, *password)}
	model.Service.TLS = new(tls.Config)
	if *certificate != "" {
		pair, err := tls.LoadX509KeyPair(*certificate, *key)
		check(err)
		model.Service.TLS.Certificates = []tls.Certificate{pair}
	}
	server := model.Service.NewServer()
	check(json.NewEncoder(os.Stdout).Encode(map[string]string{"address": server.URL.Host}))
	_, _ = io.Copy(io.Discard, os.Stdin)
	server.Close()
	model.Remove()
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
